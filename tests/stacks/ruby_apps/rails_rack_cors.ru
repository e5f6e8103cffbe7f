# frozen_string_literal: true

require 'logger'
require 'rails'
require 'action_controller/railtie'
require_relative 'answering'

# A small app, without a folder of its own.
class MiniApp < Rails::Application
  config.load_defaults 6.1
  config.root = ENV.fetch('TEXTS')
  config.eager_load = false
  config.hosts.clear
  config.secret_key_base = 'x' * 64
  config.logger = Logger.new($stderr, level: Logger::ERROR)
  config.api_only = true
  routes.append { mount ->(env) { Answering.answer(env['PATH_INFO']) }, at: '/' }
end
MiniApp.initialize!

run(Answering.dispatch { |path| Rack::Builder.new_from_string("#{File.read(path)}\nrun MiniApp", path) })
