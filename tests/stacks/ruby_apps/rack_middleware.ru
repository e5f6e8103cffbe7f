# frozen_string_literal: true

require_relative 'answering'

run(Answering.dispatch do |path|
  room = Module.new
  load path, room
  room::CorsPolicy.new(->(env) { Answering.answer(env['PATH_INFO']) })
end)
