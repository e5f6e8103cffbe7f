"""The text of Ruby methods that judge requests, with places for what a policy says.

A line that ends in ``#@`` and a name is for policies that need it: ``one`` rule for all paths or ``many``, origins that
are ``required``, what is ``enforced``, the server's own ``hosts``, ``texts`` of one's own, and ``private`` networks.
"""

PROGRAM = r"""# `origins` are compared as a whole (:any: everyone is told the same), `patterns` match a whole origin.
# Methods and names that are :any are all those that there are. `bare` is for requests without an origin, `actual`
# and `preflight` for what is allowed, `refused` for what is not.
RULE = {  #@one
# The most specific rule comes first. `paths` are whole, `prefixes` stand for themselves and all below them.  #@many
RULES = [  #@many
@RULES@
}.freeze  #@one
].freeze  #@many

# Servers and routers differ about what such a path names, so that it is not certain which rule is its  #@many
# own: nobody may read it.  #@many
AMBIGUOUS = %r{/\.{1,2}(?=/|\z)|//|[;\\]|%(?:2[ef]|5c)}in  #@many
STRICTEST = {  #@many
@STRICTEST@  #@many
}.freeze  #@many

# What an origin looks like on the wire, and a method or a header name.
ORIGIN = @FORM_OF_ORIGIN@
TOKEN = @FORM_OF_NAME@
FORBIDDEN_METHODS = @FORBIDDEN@.freeze
SAFE_METHODS = @SAFE@.freeze  #@enforced

class << self
  # Judge a request. Returns the status, the headers and the body of the answer. Without a status, the app answers,
  # and the headers are put on what it says. Without headers, no rule serves the path, and nothing is touched.  #@many
  # and the headers are put on what it says.  #@one
  def judge(env)
    rule = RULE  #@one
    rule = find_rule("#{env['SCRIPT_NAME']}#{env['PATH_INFO']}")  #@many
    return [nil, nil, ''] if rule.nil?  #@many

    method = env['REQUEST_METHOD']
    origin = env['<HTTP_ORIGIN>']
    asked = env['<HTTP_REQUEST_METHOD>']
    required = origin.nil? && rule[:require_origin]  #@required
    return refuse(rule, 'not-cors', ['missing-origin'], rule[:refused], method) if required  #@required
    return [nil, rule[:bare], ''] if origin.nil?

    # This is a preflight: the browser asks whether a script may send what it is about to.
    return judge_preflight(rule, origin, asked, env) if method == 'OPTIONS' && asked

    fault = fault_of_origin(rule, origin)
    headers = fault ? rule[:refused] : fill(rule[:actual], origin: origin)
    unsafe = !SAFE_METHODS.include?(method)  #@enforced
    enforced = rule[:enforce] == 'all' || (rule[:enforce] == 'unsafe-methods' && unsafe)  #@enforced
    fault ||= fault_of_method(rule, method) if enforced && method != 'OPTIONS'  #@enforced
    if enforced && fault && !own_page?(rule, origin, env)  #@enforced
      # Whether it is refused depends on the origin, so that a cache must not keep it for another one.  #@enforced
      return refuse(rule, 'actual', [fault], { '<vary>' => '<ORIGIN>' }.merge(headers), method)  #@enforced
    end  #@enforced
    [nil, headers, '']
  end

  # Put the headers on the app's own, in the place of all CORS headers that it has sent.
  def add(headers, sent)
    kept = {}
    sent.each { |name, value| kept[name] = value unless name.downcase.start_with?(@PREFIX@) }
    vary = kept.keys.select { |name| name.casecmp?('<VARY>') }
    values = vary.flat_map { |name| Array(kept[name]).join(',').split(/[\s,]+/) }.reject(&:empty?)
    if headers.key?('<vary>') && !values.empty?
      # The app's answer depends on something itself: it must say so still.
      values << headers['<vary>'] if values.none? { |value| value == '*' || value.casecmp?(headers['<vary>']) }
      vary.each { |name| kept.delete(name) }
      headers = headers.merge('<vary>' => values.join(', '))
    end
    kept.merge(headers)
  end

  private

  def find_rule(written)  #@many
    written = written.empty? ? '/' : written.b  #@many
    path = written.gsub(/%\h\h/) { |escape| escape[1, 2].hex.chr }  #@many
    return STRICTEST if AMBIGUOUS.match?(written) || AMBIGUOUS.match?(path)  #@many

    RULES.find do |rule|  #@many
      rule[:paths].include?(path) ||  #@many
        rule[:prefixes].any? { |prefix| path == prefix || path.start_with?("#{prefix}/".b) }  #@many
    end  #@many
  end  #@many

  def judge_preflight(rule, origin, method, env)
    names = env['<HTTP_REQUEST_HEADERS>'] || ''
    faults = [fault_of_origin(rule, origin), fault_of_method(rule, method), fault_of_names(rule, names)].compact
    return refuse(rule, 'preflight', faults, rule[:refused], 'OPTIONS') unless faults.empty?

    headers = fill(rule[:preflight], origin: origin, method: method, names: split(names).join(',').downcase)
    private_network = rule[:private_network] && env['<HTTP_REQUEST_PRIVATE_NETWORK>'] == 'true'  #@private
    headers['<allow_private_network>'] = 'true' if private_network  #@private
    [rule[:preflight_status], headers, '']
  end

  # Say why an origin is not allowed, or nil if it is.
  def fault_of_origin(rule, origin)
    return 'origin-too-long' if origin.bytesize > 512
    return if rule[:origins] == :any
    return 'origin-denied' if holds?(rule[:denied], rule[:denied_patterns], origin)
    return if holds?(rule[:origins], rule[:patterns], origin)
    return 'null-origin' if origin == 'null'

    origin?(origin) ? 'origin-not-allowed' : 'malformed-origin'
  end

  def holds?(texts, patterns, origin)
    texts.include?(origin) || (origin?(origin) && patterns.any? { |pattern| pattern.match?(origin) })
  end

  def origin?(text)
    ORIGIN.match?(text)
  end

  # Methods are compared with case, as browsers do.
  def fault_of_method(rule, method)
    # In an answer, a * would stand for every method.
    return 'malformed-method' if method.bytesize > 256 || !TOKEN.match?(method) || method == '*'

    allowed = rule[:methods] == :any ? !FORBIDDEN_METHODS.include?(method.upcase) : rule[:methods].include?(method)
    'method-not-allowed' unless allowed
  end

  # Header names are compared without case.
  def fault_of_names(rule, names)
    return 'too-many-header-names' if names.bytesize > 4096 || names.count(',') >= 64
    # In an answer, a * would stand for every name.
    return 'malformed-header-names' if split(names).any? { |name| !TOKEN.match?(name) || name == '*' }

    lower = split(names).map(&:downcase)
    allowed = rule[:names] == :any ? (lower & rule[:denied_names]).empty? : (lower - rule[:names]).empty?
    'header-not-allowed' unless allowed
  end

  def split(names)
    names.split(',').map { |name| name.gsub(/\A[ \t]+|[ \t]+\z/n, '') }.reject(&:empty?)
  end

  # Tell whether a request comes from this server's own pages, which need no permission.  #@enforced
  def own_page?(rule, origin, env)  #@enforced
    host = env['<HTTP_HOST>'].to_s.downcase  #@enforced
    # A page that gives its name to this server's address is of the server's own, for the browser.  #@hosts
    return false if rule[:own_hosts] && !own_host?(host, rule[:own_hosts])  #@hosts

    site = env['<HTTP_SEC_FETCH_SITE>']  #@enforced
    return %w[same-origin none].include?(site) if site  #@enforced

    scheme, authority = origin.split('://', 2)  #@enforced
    port = { 'http' => 80, 'https' => 443 }[scheme]  #@enforced
    origin?(origin) && (host == authority || host == "#{authority}:#{port}")  #@enforced
  end  #@enforced

  def own_host?(host, own)  #@hosts
    name = host[/\A(\[[^\]]*\]|[^:*]*)(?::[0-9]*)?\z/, 1]  #@hosts
    return false if name.nil?  #@hosts

    labels = name.split('.', -1)  #@hosts
    own.include?(name) || (1...labels.size).any? { |at| own.include?("*.#{labels.drop(at).join('.')}") }  #@hosts
  end  #@hosts

  # Put what was asked into the places that an answer has for it; a line that would be empty is left out.
  def fill(headers, asked)
    headers.transform_values { |value| asked.fetch(value, value) }.reject { |_, value| value.to_s.empty? }
  end

  def refuse(rule, kind, reasons, headers, method)
    body = "CORS: #{kind} request refused: #{reasons.join(', ')}\n"
    texts = rule[:error_messages].values_at(*reasons).compact  #@texts
    body = texts.join("\n") unless texts.empty?  #@texts
    own = { '<content_type>' => 'text/plain; charset=utf-8', '<content_length>' => body.bytesize.to_s }
    [rule[:error_status], headers.merge(own), method == 'HEAD' ? '' : body]
  end
end
"""
