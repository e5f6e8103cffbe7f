# frozen_string_literal: true

require_relative 'sinatra_app'

APP = SinatraApp.make.new
run(Answering.dispatch { |path| Rack::Builder.new_from_string("#{File.read(path)}\nrun APP", path) })
