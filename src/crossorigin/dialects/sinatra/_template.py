"""The text of the extension."""

TEMPLATE = r"""# frozen_string_literal: true

# CORS for a Sinatra app, written by crossorigin from a policy: change the policy, and write this again.
#
# - in a classic app: require_relative 'cors', before all routes and filters
# - in a class of its own: require_relative 'cors', then register Sinatra::CorsPolicy in its body, before all of them
#
# It answers preflights itself, so that no route for OPTIONS is needed, and takes all CORS headers that the app has set
# off its answers. It needs Ruby 2.6. Beside it, mind that
#
# - Sinatra sends files in public/ before it calls any filter: they carry no CORS headers;
# - the page that shows an error in development carries none either;
# - Rack::Protection drops the session of POST and the like from other sites, unless the app says
#   `set :protection, except: :http_origin`.

require 'sinatra/base'

module Sinatra
  module CorsPolicy
    @PROGRAM@

    def self.registered(app)
      policy = self
      app.before do
        status, @cors_headers, text = policy.judge(env)
        # This ends the request: neither a route nor the other filters run.
        halt status, @cors_headers, text if status
      end

      app.after do
        # Without these, no rule serves the path; where they were sent already, the same is put in their place.
        response.headers.replace(policy.add(@cors_headers, response.headers)) if @cors_headers
      end
    end
  end

  register CorsPolicy
end
"""
