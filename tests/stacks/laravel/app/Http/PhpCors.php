<?php

namespace App\Http;

/**
 * A stand-in for Laravel's HandleCors with fruitcake/php-cors, which Debian does not have: it does what these say of
 * themselves. Paths are matched by Laravel itself, and patterns by PHP itself.
 */
class PhpCors
{
    public static array $settings;

    public function handle($request, \Closure $next)
    {
        $paths = array_map(fn ($path) => trim($path, '/') ?: '/', self::$settings['paths']);
        if (!$request->is(...$paths) && !$request->fullUrlIs(...$paths)) {
            return $next($request);
        }
        $asked = $request->headers->get('Access-Control-Request-Method');
        $isPreflight = $request->isMethod('OPTIONS') && $asked !== null;
        $response = $isPreflight ? response('', 204) : $next($request);
        $lines = $this->tell($request->headers->get('Origin'), $response);
        if ($lines && $isPreflight) {
            $names = $request->headers->get('Access-Control-Request-Headers', '');
            $lines['Methods'] = $this->list('allowed_methods', 'strtoupper') ?? strtoupper($asked);
            $lines['Headers'] = $this->list('allowed_headers', 'strtolower') ?? $names;
            $response->headers->set('Access-Control-Max-Age', self::$settings['max_age']);
            if (self::$settings['max_age'] === null) {
                $response->headers->remove('Access-Control-Max-Age');
            }
        } elseif ($lines && self::$settings['exposed_headers']) {
            $response->headers->set('Access-Control-Expose-Headers', implode(', ', self::$settings['exposed_headers']));
        }
        foreach ($lines as $name => $value) {
            $response->headers->set("Access-Control-Allow-$name", $value);
        }
        return $response;
    }

    /** Tell an origin, one origin alone, or everyone, that it is allowed. */
    private function tell(?string $origin, $response): array
    {
        ['allowed_origins' => $origins, 'allowed_origins_patterns' => $patterns] = self::$settings;
        $credentials = self::$settings['supports_credentials'] ? ['Credentials' => 'true'] : [];
        $isAny = in_array('*', $origins);
        if ($isAny && !$credentials) {
            return ['Origin' => '*'];
        }
        $stars = array_filter($origins, fn ($one) => str_contains($one, '*'));
        if (count($origins) === 1 && !$patterns && !$stars) {
            return ['Origin' => $origins[0]] + $credentials;
        }
        $vary = array_filter([$response->headers->get('Vary'), 'Origin']);
        $response->headers->set('Vary', implode(', ', $vary));
        $isAllowed = $isAny || in_array($origin, $origins, true) || \Illuminate\Support\Str::is($stars, $origin);
        foreach ($patterns as $pattern) {
            $isAllowed = $isAllowed || preg_match($pattern, $origin ?? '') === 1;
        }
        return $isAllowed && $origin !== null ? ['Origin' => $origin] + $credentials : [];
    }

    /** Write a list as it is sent, or nothing, where all is allowed and what was asked for is echoed. */
    private function list(string $name, callable $change): ?string
    {
        $values = array_map($change, self::$settings[$name]);
        return in_array('*', $values) ? null : implode(', ', $values);
    }
}
