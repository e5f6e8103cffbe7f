"""The text of a PHP class that judges requests, with places for what a policy says.

A line that ends in two spaces and a name behind an ``@`` is for policies that need it: ``one`` rule for all paths or
``many``, origins that are ``required``, what is ``enforced``, the server's own ``hosts``, ``texts`` of one's own, and
``private`` networks.
"""

CLASS = r"""    // "origins" are compared as a whole, and '*' is everyone, told the same; "patterns" match whole ones.
    // Methods and names that are null are all those that there are. "bare" is for requests without an origin, "actual"
    // and "preflight" for what is allowed, "refused" for what is not.
    private const RULE = [  @one
    //  @many
    // The most specific rule comes first. "paths" are whole ones, "prefixes" stand for all below them, too.  @many
    private const RULES = [  @many
@RULES@
    ];

    // Servers, proxies and routers differ about what such a path names.  @many
    private const AMBIGUOUS = '~/\.{1,2}(?=/|\z)|//|[;\\\\]|%(?:2[ef]|5c)~i';  @many
  @many
    // What an origin looks like on the wire, and a method or a header name.
    private const ORIGIN = @FORM_OF_ORIGIN@;
    private const TOKEN = @FORM_OF_NAME@;

    /**
     * Judge a request, whose headers $field finds by their names.
     *
     * Returns the status, the headers and the body of the answer. Without a status, the app answers, and the headers
     * are put on what it says. Without headers, no rule serves the path, and nothing is touched.  @many
     * are put on what it says.  @one
     */
    private static function judge(string $method, string $path, callable $field): array
    {
        $rule = self::RULE;  @one
        $found = self::findRules($path);  @many
        $rules = array_values(array_filter($found));  @many
        if (!$rules) {  @many
            return [null, null, ''];  @many
        }  @many
        $answers = array_map(fn (array $rule) => self::judgeBy($rule, $method, $field), $rules);  @many
        if (count($found) === 1) {  @many
            return $answers[0];  @many
        }  @many
        // Each reading of the path must allow the request, and a reading that no rule serves allows nothing.  @many
        $refused = array_filter($answers, fn (array $answer) => $answer[3]);  @many
        if (!$refused && count($rules) < count($found)) {  @many
            $nobody = ['origins' => [], 'patterns' => []];  @many
            foreach ($rules as $rule) {  @many
                $refused[] = self::judgeBy($nobody + ['bare' => $rule['refused']] + $rule, $method, $field);  @many
            }  @many
        }  @many
        if ($refused) {  @many
            // Where one enforces its refusal, the app must not run; of others, that which tells least is right.  @many
            $order = fn (array $answer) => [$answer[0] ?? 0, -count($answer[1])];  @many
            usort($refused, fn (array $one, array $other) => $order($other) <=> $order($one));  @many
            return $refused[0];  @many
        }  @many
        return [$answers[0][0], self::intersect(array_column($answers, 1)), ''];  @many
    }  @many
  @many
    /** Judge by one rule; a fourth item tells whether the request is refused. */  @many
    private static function judgeBy(array $rule, string $method, callable $field): array  @many
    {  @many
        $origin = $field('<ORIGIN>');
        if ($origin === null) {
            if ($rule['require_origin']) {  @required
                return self::refuse($rule, 'not-cors', ['missing-origin'], $rule['refused'], $method);  @required
            }  @required
            return [null, $rule['bare'], '', false];
        }
        $fault = self::findFaultOfOrigin($rule, $origin);
        $asked = $field('<REQUEST_METHOD>');
        if ($method === 'OPTIONS' && $asked !== null) {
            // This is a preflight: the browser asks whether a script may send what it is about to.
            $names = $field('<REQUEST_HEADERS>') ?? '';
            $faults = [$fault, self::findFaultOfMethod($rule, $asked), self::findFaultOfNames($rule, $names)];
            if (array_filter($faults)) {
                return self::refuse($rule, 'preflight', array_filter($faults), $rule['refused'], $method);
            }
            $listed = strtolower(implode(',', self::splitNames($names)));
            $headers = self::fill($rule['preflight'], $origin, $asked, $listed);
            if ($rule['allow_private_network'] && $field('<REQUEST_PRIVATE_NETWORK>') === 'true') {  @private
                $headers['<ALLOW_PRIVATE_NETWORK>'] = 'true';  @private
            }  @private
            return [$rule['preflight_status'], $headers, '', false];
        }
        $headers = $fault === null ? self::fill($rule['actual'], $origin) : $rule['refused'];
        $safe = @SAFE@;  @enforced
        $isEnforced = $rule['enforce'] === 'all'  @enforced
            || ($rule['enforce'] === 'unsafe-methods' && !in_array($method, $safe, true));  @enforced
        if ($isEnforced && $method !== 'OPTIONS') {  @enforced
            $fault ??= self::findFaultOfMethod($rule, $method);  @enforced
        }  @enforced
        if ($isEnforced && $fault !== null && !self::isOwnPage($rule, $origin, $field)) {  @enforced
            // Whether it is refused depends on the origin, so that a cache must not keep it for another one.  @enforced
            return self::refuse($rule, 'actual', [$fault], $headers + ['<VARY>' => '<ORIGIN>'], $method);  @enforced
        }  @enforced
        return [null, $headers, '', $fault !== null];
    }

    /** Return the rules of all that a path may name, or null in the place of one that there is not. */  @many
    private static function findRules(string $written): array  @many
    {  @many
        $path = rawurldecode($written);  @many
        if (!preg_match(self::AMBIGUOUS, $written) && !preg_match(self::AMBIGUOUS, $path)) {  @many
            return [self::findRule($path)];  @many
        }  @many
        // A path as long is no router's, and each reading of it costs time.  @many
        $found = strlen($written) > 2048 ? [...self::RULES, self::findRule('')] : array_map(  @many
            fn (string $reading) => self::findRule($reading),  @many
            self::listReadings($written)  @many
        );  @many
        return array_values(array_unique($found, SORT_REGULAR));  @many
    }  @many
  @many
    private static function findRule(string $path): ?array  @many
    {  @many
        foreach (self::RULES as $rule) {  @many
            if (in_array($path, $rule['paths'], true)) {  @many
                return $rule;  @many
            }  @many
            foreach ($rule['prefixes'] as $prefix) {  @many
                if ($prefix === '' || $path === $prefix || str_starts_with($path, "$prefix/")) {  @many
                    return $rule;  @many
                }  @many
            }  @many
        }  @many
        return null;  @many
    }  @many
  @many
    /** Decode twice or leave slashes alone, turn backslashes, drop parameters, merge slashes, resolve dots. */  @many
    private static function listReadings(string $written): array  @many
    {  @many
        $once = rawurldecode($written);  @many
        $readings = [rawurldecode(preg_replace('~%(2f|5c)~i', '%25$1', $written)), $once, rawurldecode($once)];  @many
        $changes = [  @many
            fn (string $path) => str_replace('\\', '/', $path),  @many
            fn (string $path) => preg_replace('~;[^/]*~', '', $path),  @many
            fn (string $path) => preg_replace('~/{2,}~', '/', $path),  @many
            fn (string $path) => self::resolveDots($path),  @many
        ];  @many
        foreach ($changes as $change) {  @many
            $readings = array_unique([...$readings, ...array_map($change, $readings)]);  @many
        }  @many
        return $readings;  @many
    }  @many
  @many
    private static function resolveDots(string $path): string  @many
    {  @many
        $kept = [];  @many
        $segments = array_slice(explode('/', $path), 1);  @many
        foreach ($segments as $segment) {  @many
            if ($segment === '..') {  @many
                array_pop($kept);  @many
            } elseif ($segment !== '.') {  @many
                $kept[] = $segment;  @many
            }  @many
        }  @many
        return '/' . implode('/', in_array(end($segments), ['.', '..'], true) ? [...$kept, ''] : $kept);  @many
    }  @many
  @many
    /** Return what all answers allow. */  @many
    private static function intersect(array $all): array  @many
    {  @many
        // Where only one answer depends on the origin, so does the whole.  @many
        $kept = array_intersect_key(...$all) + array_intersect_key(array_merge(...$all), ['<VARY>' => '']);  @many
        foreach ($kept as $name => $_) {  @many
            $values = array_unique(array_diff(array_column($all, $name), ['*'])) ?: ['*'];  @many
            if ($name === '<MAX_AGE>') {  @many
                $values = [min($values)];  @many
            } elseif (count($values) > 1) {  @many
                // These are lists, of methods or of names.  @many
                $lists = array_map(fn (string $value) => preg_split('~\s*,\s*~', $value), array_values($values));  @many
                $values = [implode(', ', array_uintersect(...[...$lists, 'strcasecmp']))];  @many
            }  @many
            $kept[$name] = (string) reset($values);  @many
        }  @many
        return $kept;  @many
    }  @many
  @many
    /** Return why an origin is not allowed, or null if it is. */
    private static function findFaultOfOrigin(array $rule, string $origin): ?string
    {
        if (strlen($origin) > 512) {
            return 'origin-too-long';
        }
        if ($rule['origins'] === '*') {
            return null;
        }
        if (self::holds($rule['denied'], $rule['denied_patterns'], $origin)) {
            return 'origin-denied';
        }
        if (self::holds($rule['origins'], $rule['patterns'], $origin)) {
            return null;
        }
        if ($origin === 'null') {
            return 'null-origin';
        }
        return preg_match(self::ORIGIN, $origin) ? 'origin-not-allowed' : 'malformed-origin';
    }

    private static function holds(array $texts, array $patterns, string $origin): bool
    {
        if (in_array($origin, $texts, true)) {
            return true;
        }
        foreach (preg_match(self::ORIGIN, $origin) ? $patterns : [] as $pattern) {
            // A pattern that fails, as one that takes too long, has not matched.
            if (preg_match($pattern, $origin) === 1) {
                return true;
            }
        }
        return false;
    }

    /** Methods are compared with case, as browsers do. */
    private static function findFaultOfMethod(array $rule, string $method): ?string
    {
        // In an answer, a * would stand for every method.
        if (strlen($method) > 256 || !preg_match(self::TOKEN, $method) || $method === '*') {
            return 'malformed-method';
        }
        $isAllowed = $rule['methods'] === null
            ? !in_array(strtoupper($method), @FORBIDDEN@, true)
            : in_array($method, $rule['methods'], true);
        return $isAllowed ? null : 'method-not-allowed';
    }

    /** Header names are compared without case. */
    private static function findFaultOfNames(array $rule, string $names): ?string
    {
        if (strlen($names) > 4096 || substr_count($names, ',') >= 64) {
            return 'too-many-header-names';
        }
        $fault = null;
        foreach (self::splitNames($names) as $name) {
            // In an answer, a * would stand for every name.
            if (!preg_match(self::TOKEN, $name) || $name === '*') {
                return 'malformed-header-names';
            }
            $isAllowed = $rule['names'] === null
                ? !in_array(strtolower($name), $rule['denied_names'], true)
                : in_array(strtolower($name), $rule['names'], true);
            $fault = $isAllowed ? $fault : 'header-not-allowed';
        }
        return $fault;
    }

    private static function splitNames(string $names): array
    {
        $trimmed = array_map(fn (string $name) => trim($name, " \t"), explode(',', $names));
        return array_values(array_filter($trimmed, fn (string $name) => $name !== ''));
    }

    /** Tell whether a request comes from this server's own pages, which need no permission. */  @enforced
    private static function isOwnPage(array $rule, string $origin, callable $field): bool  @enforced
    {  @enforced
        $host = strtolower($field('<HOST>') ?? '');  @enforced
        // A page that gives its name to this server's address is of the server's own, for the browser.  @hosts
        if ($rule['own_hosts'] !== null && !self::isOwnHost($host, $rule['own_hosts'])) {  @hosts
            return false;  @hosts
        }  @hosts
        $site = $field('<SEC_FETCH_SITE>');  @enforced
        if ($site !== null) {  @enforced
            return in_array($site, ['same-origin', 'none'], true);  @enforced
        }  @enforced
        [$scheme, $authority] = explode('://', "$origin://");  @enforced
        $port = ['http' => 80, 'https' => 443][$scheme] ?? '';  @enforced
        return preg_match(self::ORIGIN, $origin) && ($host === $authority || $host === "$authority:$port");  @enforced
    }  @enforced
  @enforced
    private static function isOwnHost(string $host, array $own): bool  @hosts
    {  @hosts
        if (!preg_match('~\A(\[[^\]]*\]|[^:*]*)(?::[0-9]*)?\z~', $host, $found)) {  @hosts
            return false;  @hosts
        }  @hosts
        $names = [$found[1]];  @hosts
        for ($rest = strstr($found[1], '.'); $rest !== false; $rest = strstr(substr($rest, 1), '.')) {  @hosts
            $names[] = "*$rest";  @hosts
        }  @hosts
        return (bool) array_intersect($names, $own);  @hosts
    }  @hosts
  @hosts
    /** Put what was asked into the places that an answer has for it; a line that would be empty is left out. */
    private static function fill(array $headers, string $origin, string $method = '', string $names = ''): array
    {
        $places = ['{origin}' => $origin, '{method}' => $method, '{names}' => $names];
        return array_filter(array_map(fn (string $value) => $places[$value] ?? $value, $headers), 'strlen');
    }

    private static function refuse(array $rule, string $kind, array $reasons, array $headers, string $method): array
    {
        $body = "CORS: $kind request refused: " . implode(', ', $reasons) . "\n";
        $texts = array_map(fn (string $reason) => $rule['error_messages'][$reason] ?? null, $reasons);  @texts
        $texts = array_filter($texts, 'is_string');  @texts
        $body = $texts ? implode("\n", $texts) : $body;  @texts
        return [$rule['error_status'], $headers, $method === 'HEAD' ? '' : $body, true];
    }
"""
