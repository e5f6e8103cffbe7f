# frozen_string_literal: true

require_relative 'sinatra_app'

run(Answering.dispatch do |path|
  load path
  policy = Sinatra::CorsPolicy
  # Why: the next text defines the same module.
  Sinatra.send(:remove_const, :CorsPolicy)
  SinatraApp.make { register policy }.new
end)
