"""A plain Rack middleware that implements a policy, for Rack 2 and 3."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossorigin.dialects import Written
from crossorigin.dialects._ruby_policy import write_program

if TYPE_CHECKING:
    from crossorigin.ruleset import Ruleset

NAME = "rack"
FORM = "code"


def write(ruleset: Ruleset) -> Written:
    """Write the middleware."""
    return Written(*write_program(_TEMPLATE, ruleset, "the middleware"))


_TEMPLATE = r"""# frozen_string_literal: true

# CORS for a Rack app, written by crossorigin from a policy: change the policy, and write this again.
#
# It must come first, so that the answers of all other middleware can be read, too:
#
# - in config.ru: require_relative 'cors', then use CorsPolicy above all else
# - in Rails: config.middleware.insert_before 0, CorsPolicy
#
# It answers preflights itself, and takes all CORS headers that the app has set off its answers. It works with Rack 2
# and Rack 3, and needs Ruby 2.6.
class CorsPolicy
  @PROGRAM@

  def initialize(app)
    @app = app
  end

  def call(env)
    status, headers, body = CorsPolicy.judge(env)
    return [status, headers, [body]] if status

    status, sent, body = @app.call(env)
    [status, headers ? CorsPolicy.add(headers, sent) : sent, body]
  end
end
"""
