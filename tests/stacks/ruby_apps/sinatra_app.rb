# frozen_string_literal: true

require 'sinatra/base'
require_relative 'answering'

# The same answer to every method, from a route of Sinatra.
module SinatraApp
  def self.make(&block)
    Class.new(Sinatra::Base) do
      set :static, false
      set :protection, except: %i[http_origin]
      class_eval(&block) if block
      Answering::METHODS.each do |method|
        send(:route, method, '*') do
          status, sent, body = Answering.answer(request.path_info)
          halt status, sent, body
        end
      end
    end
  end
end
