# frozen_string_literal: true

# What every app of these servers answers, whatever the framework: see stacks/upstream.py.
module Answering
  OWN = {
    'Access-Control-Allow-Origin' => '*',
    'Access-Control-Allow-Credentials' => 'true',
    'Access-Control-Allow-Methods' => '*',
    'Access-Control-Allow-Headers' => '*, Authorization',
    'Access-Control-Expose-Headers' => 'X-Secret'
  }.freeze
  METHODS = %w[GET HEAD POST PUT DELETE PATCH OPTIONS PURGE patch].freeze

  # The status, the headers and the body of the answer at a path.
  def self.answer(path)
    headers = { 'Content-Type' => 'text/plain', 'X-Ran' => 'yes', 'X-Total' => '1', 'ETag' => '"e"' }
    headers['Vary'] = 'Accept' if path.end_with?('/vary')
    headers.merge!(OWN) if path.end_with?('/own')
    [path.end_with?('/broken') ? 500 : 200, headers, ['ok']]
  end

  # Choose an app by the number that a request has, and make each of them once, when the server starts.
  def self.dispatch
    apps = Dir[File.join(ENV.fetch('TEXTS'), '*.rb')].to_h { |path| [File.basename(path, '.rb'), yield(path)] }
    ->(env) { apps.fetch(env['HTTP_X_NUMBER']).call(env) }
  end
end
