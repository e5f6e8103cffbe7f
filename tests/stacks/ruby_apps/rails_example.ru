# frozen_string_literal: true

require 'logger'
require 'rails'
require 'action_controller/railtie'
require 'rack/cors'

# The example stands in the class of the app, as the document has it.
class MiniApp < Rails::Application
  config.load_defaults 6.1
  config.root = ENV.fetch('TEXTS')
  config.eager_load = false
  config.hosts.clear
  config.secret_key_base = 'x' * 64
  config.logger = Logger.new($stderr, level: Logger::ERROR)
  config.api_only = true
  class_eval File.read(File.join(ENV.fetch('TEXTS'), '0.rb'))
  routes.append { mount ->(_env) { [200, { 'Content-Type' => 'text/plain' }, ['ok']] }, at: '/' }
end
MiniApp.initialize!

run MiniApp
