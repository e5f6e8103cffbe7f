# frozen_string_literal: true

require 'sinatra'

# The example, as the document has it; then its routes.
load File.join(ENV.fetch('TEXTS'), '0.rb')
%w[GET POST PUT].each do |method|
  Sinatra::Application.send(:route, method, '/items') { 'ok' }
end

run Sinatra::Application
