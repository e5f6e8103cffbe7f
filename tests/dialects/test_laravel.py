"""Laravel's settings, and headers that are set by hand in PHP: what each form of source means."""

from __future__ import annotations

from typing import Any

import pytest

from crossorigin import Policy, Rule, Ruleset
from crossorigin.dialects import DialectError, guess_dialect, read, write
from dialects.rows import Bad, Row, check, check_bad

FOUR = ["accept", "accept-language", "content-language", "content-type"]
DENIED = {"deny_headers": FOUR}
#: What the settings below mean without a change.
PLAIN = {"max_age": 0, **DENIED}
EVERYTHING = {"allow_origins": ["*"], "allow_methods": ["*"], "allow_headers": ["*"], "max_age": 0}
APP = {"allow_origins": ["https://app.example"], **PLAIN}


def config(**changes: str | None) -> str:
    """Write a file with settings that say little, each on a line of its own, and the changes."""
    settings = {
        "paths": "['*']",
        "allowed_methods": "['GET', 'HEAD', 'POST']",
        "allowed_origins": "['https://app.example']",
        "allowed_origins_patterns": "[]",
        "allowed_headers": "[]",
        "exposed_headers": "[]",
        "max_age": "0",
        "supports_credentials": "false",
        **changes,
    }
    lines = [f"'{name}' => {value}," for name, value in settings.items() if value is not None]
    return "\n".join(["<?php return [", *lines, "];"])


def origins(text: str, *losses: tuple[str, int, int], sentence: str = "", **wanted: object) -> Row:
    return Row(sentence or text, config(allowed_origins=text), {"/*": {**PLAIN, **wanted}}, losses)


def patterns(text: str, *losses: tuple[str, int, int], **wanted: object) -> Row:
    source = config(allowed_origins="[]", allowed_origins_patterns=text)
    return Row(text, source, {"/*": {**PLAIN, **wanted}}, losses)


def paths(text: str, wanted: list[str], *losses: tuple[str, int, int]) -> Row:
    return Row(text, config(paths=text), dict.fromkeys(wanted, APP), losses)


SETTINGS = [
    Row("realistic: everything is listed", config(), {"/*": APP}),
    Row(
        "realistic: the settings that Laravel brings; only /api itself is another path, and patch another method",
        config(
            paths="['api/*', 'sanctum/csrf-cookie']",
            allowed_methods="['*']",
            allowed_origins="['*']",
            allowed_headers="['*']",
            exposed_headers="false",
            max_age="false",
        ),
        dict.fromkeys(("/api/*", "/sanctum/csrf-cookie", "/sanctum/csrf-cookie/"), EVERYTHING),
        (("widens", 2, 13), ("cosmetic", 3, 22)),
    ),
    Row(
        "realistic: every origin with credentials, which php-cors echoes: it means every origin without",
        config(allowed_origins="['*']", supports_credentials="true"),
        {"/*": {**PLAIN, "allow_origins": ["*"]}},
        (("narrows", 9, 27),),
    ),
    Row(
        "realistic: from the environment, with a default; the place is that of the call",
        config(
            allowed_origins="[env('FRONTEND', 'https://app.example')]",
            supports_credentials="(bool) env('CREDENTIALS', true)",
            max_age="env('AGE')",
        ),
        {"/*": PLAIN},
        (("narrows", 9, 27), ("cosmetic", 8, 14), ("narrows", 4, 23)),
    ),
    Row(
        "realistic: a whole list from the environment",
        config(allowed_origins="explode(',', env('ORIGINS', ''))"),
        {"/*": PLAIN},
        (("narrows", 4, 22),),
    ),
    Row(
        "realistic: all that php-cors itself has no default for is missing",
        "<?php\nreturn ['supports_credentials' => true];",
        {},
        (("narrows", 2, 8),) * 4,
    ),
    Row(
        "synthetic: the other spelling, array(), constants, names, brackets, spreads, texts put together",
        """<?php
namespace App;
const SITES = ['https://one.' . ZONE];
define('ZONE', "ex\\x61mple");
$more = array('https://two.example' /* two */, ...SITES,);
return array(
    // where
    'paths' => (['*']),
    'allowedOrigins' => $more,
    'allowedMethods' => ['get', 0 => 'PATCH'],
    'allowedHeaders' => ["X-Test", 'Accept'],
    'exposedHeaders' => ["X-\\124otal"],
    'maxAge' => 1_0 + 0,
    'supportsCredentials' => True,
    "allowed\\u{5f}origins_patterns" => NULL,
);
""",
        {
            "/*": {
                "allow_origins": ["https://two.example", "https://one.example"],
                "allow_methods": ["GET", "PATCH", "HEAD", "POST"],
                "allow_headers": ["X-Test", "Accept"],
                "deny_headers": ["accept-language", "content-language", "content-type"],
                "allow_credentials": True,
                "expose_headers": ["X-Total"],
                "max_age": 0,
            }
        },
        (("cosmetic", 13, 17),),
    ),
    *(
        Row(f"synthetic: an age of {text}", config(max_age=text), {"/*": {**APP, "max_age": wanted}}, losses)
        for text, wanted, losses in [
            ("null", None, ()),
            ("1_000", 1000, ()),
            ("0x10", 16, ()),
            ("0B11", 3, ()),
            ("017", 15, ()),
            ("0o17", 15, ()),
            ("true", 1, ()),
            ("60.9", 60, ()),
            ("'60'", 60, ()),
            ("-5", 0, (("cosmetic", 8, 14),)),
            ("100_000", 86400, (("cosmetic", 8, 14),)),
            ("'soon'", 0, (("cosmetic", 8, 14),)),
            ("-'soon'", 0, (("cosmetic", 8, 14),)),
            ("1e400", 0, (("cosmetic", 8, 14),)),
            (".", 0, (("cosmetic", 8, 14),)),
            ("-1.5", 0, (("cosmetic", 8, 14),)),
            ("9" * 5000, 0, (("cosmetic", 8, 14),)),
        ]
    ),
    Row(
        "synthetic: lists that are none",
        config(allowed_origins="'https://app.example'", allowed_methods="null", exposed_headers="$unknown"),
        {"/*": PLAIN},
        (("narrows", 7, 22), ("narrows", 4, 22)),
    ),
    Row(
        "synthetic: what is no setting, has no name that is known, or stands twice",
        "<?php return ['max_age' => 5, 'max_age' => 6, 'origins' => [], 7 => 'a', $x => 'b', 'paths' => ['*'],\n"
        "'allowed_methods' => ['GET'], 'allowed_headers' => ['*'], 'allowed_origins' => ['https://app.example']];",
        {"/*": {"allow_origins": ["https://app.example"], "allow_headers": ["*"], "max_age": 6}},
        (("cosmetic", 1, 28), ("cosmetic", 1, 60), ("cosmetic", 1, 69), ("cosmetic", 1, 80)),
    ),
    Row(
        "synthetic: every method and name beside others; an expose of everything",
        config(allowed_methods="['PUT', '*']", allowed_headers="['X-Test', '*']", exposed_headers="['*']"),
        {
            "/*": {
                "allow_origins": ["https://app.example"],
                "allow_methods": ["*"],
                "allow_headers": ["*"],
                "expose_headers": ["*"],
                "max_age": 0,
            }
        },
        (("cosmetic", 3, 22),),
    ),
]

ORIGINS = [
    origins("[]"),
    origins(r'["https://\$\n\u{1f600}\q"]', ("cosmetic", 4, 22)),
    origins("['https://*.example.com']", allow_origins=["https://*.example.com"]),
    origins("['https://*.example.com:8443']", allow_origins=["https://*.example.com:8443"]),
    origins("['http://localhost:*']", allow_origin_regex=["http://localhost:.*"]),
    origins("['https://app-*.shop.example']", allow_origin_regex=[r"https://app\-.*\.shop\.example"]),
    origins("['*.example.com', 'https://a.*']", allow_origin_regex=[r".*\.example\.com", r"https://a\..*"]),
    origins("['null']", sentence="synthetic: null is dangerous")._replace(
        rules={"/*": {**PLAIN, "dangerously_allow_null_origin": True}}, findings=("dangerously_allow_null_origin",)
    ),
    origins(
        "['https://app.example/', 'https://APP.example']",
        ("cosmetic", 4, 22),
        ("cosmetic", 4, 22),
        sentence="realistic: what no browser sends",
    ),
    origins(
        "[1, ['a'], $x, <<<'N'\nN]", ("narrows", 4, 23), ("narrows", 4, 26), ("narrows", 4, 33), ("narrows", 4, 37)
    ),
    origins('["https://$x", "https://{$y}.z", \'a\' . 1, `ls`]', *(("narrows", 4, at) for at in (23, 37, 55, 64))),
    Row(
        "realistic: https://* with credentials is everyone, and is found",
        config(allowed_origins="['https://*']", supports_credentials="true"),
        {
            "/*": {
                **PLAIN,
                "allow_origin_regex": ["https://.*"],
                "allow_credentials": True,
                "dangerously_allow_any_origin_with_credentials": True,
            }
        },
        (),
        ("dangerously_allow_any_origin_with_credentials",),
    ),
]

PATTERNS = [
    patterns(r"['#^https://pr-\d+\.example\.com\z#']", allow_origin_regex=[r"https://pr-\d+\.example\.com"]),
    patterns(r"['/^https:\/\/a\.example$/i']", allow_origin_regex=[r"(?i:https://a\.example)"]),
    patterns(r"['{\Ahttps://a{1,2}\.example\z}']", allow_origin_regex=[r"https://a{1,2}\.example"]),
    patterns(r"['/example\.com/']", ("cosmetic", 5, 32), allow_origin_regex=[r".*example\.com.*"]),
    patterns(r"['~^https://a\~b$~']", allow_origin_regex=["https://a~b"]),
    patterns(r"['', '/', 'https://a.example', '(a', 'aba']", *(("narrows", 5, at) for at in (32, 36, 41, 62, 68))),
    patterns(r"['/a(?R)/', '/a/e', '/(/']", *(("narrows", 5, at) for at in (32, 43, 51))),
    patterns(r"['~\Ahttps://(?:[a-z0-9_-]+\.)+a\.example\z~']", allow_origins=["https://*.a.example"]),
    Row(
        "synthetic: everyone with credentials on purpose, as it is written",
        config(allowed_origins="[]", allowed_origins_patterns=r"['~\A.*\z~']", supports_credentials="true"),
        {
            "/*": {
                **PLAIN,
                "allow_origins": ["*"],
                "allow_credentials": True,
                "dangerously_allow_any_origin_with_credentials": True,
            }
        },
        (),
        ("dangerously_allow_any_origin_with_credentials",),
    ),
]

PATHS = [
    paths("['api', 'api/*']", ["/api/*"]),
    paths("['/login', '/']", ["/login", "/login/", "/"]),
    paths("['*', 'api/*', 'a*b']", ["/*", "/api/*"]),
    paths("['api/*']", ["/api/*"], ("widens", 2, 13)),
    paths("['api*']", ["/api/*"], ("narrows", 2, 13)),
    paths(
        "['api/*/x', 'http://a.example/*', '', 'a//b', '/*a']",
        [],
        *(("narrows", 2, at) for at in (13, 24, 46, 50, 58)),
    ),
    paths("['a.example' => ['*'], env('X')]", [], ("narrows", 2, 28), ("narrows", 2, 35)),
    paths("env('X')", [], ("narrows", 2, 12)),
]


def by_hand(text: str, *losses: tuple[str, int, int], sentence: str = "", **wanted: object) -> Row:
    usual = {"max_age": None, **DENIED}
    return Row(sentence or text, text, {"/*": {**usual, **wanted}}, losses)


APP_ONLY: dict[str, Any] = {"allow_origins": ["https://app.example"]}
BY_HAND = [
    by_hand("header('Access-Control-Allow-Origin: https://app.example');", **APP_ONLY),
    by_hand("<?php \\HEADER('access-control-allow-origin:*', true);", allow_origins=["*"]),
    by_hand("$r->headers->set('Access-Control-Allow-Origin', 'https://app.example');", **APP_ONLY),
    by_hand("$r?->withHeader('Access-Control-Allow-Origin', $site);", ("narrows", 1, 17)),
    by_hand('header("Access-Control-Allow-Origin: $origin"); header(); header($x);', ("narrows", 1, 8)),
    by_hand(
        "$r->header('Access-Control-Allow-Origin', 'https://app.example')->header('Access-Control-Allow-Origin', $o);",
        ("narrows", 1, 74),
        **APP_ONLY,
    ),
    by_hand(
        "<?php\nRoute::get('/a', fn () => response('')->header('Access-Control-Allow-Origin', 'https://app.example'));\n"
        "\\App\\Route::get('/b', fn () => header('Access-Control-Max-Age: 5'));\n"
        "Header::get()->header('Access-Control-Expose-Headers', 'X-B');",
        ("widens", 2, 48),
        ("widens", 3, 39),
        sentence="realistic: in routes, which are some paths only",
        expose_headers=["X-B"],
        **{**APP_ONLY, "max_age": 5},
    ),
    by_hand("header('Access-Control-Allow-Origin: ' . $o); $r->set('A'); $r->foo('b', 'c');", ("narrows", 1, 8)),
    by_hand(
        "<?php\nclass Cors {\n    const NAME = 'Access-Control-Allow-Origin';\n    function f($r) {\n"
        "        return $r->header(self::NAME, 'https://app.example')\n"
        "            // and\n            ->header('Access-Control-Max-Age', 60);\n    }\n}",
        sentence="realistic: in a class, by its constants",
        max_age=60,
        **APP_ONLY,
    ),
    by_hand(
        "$headers = ['Access-Control-Allow-Origin' => 'https://app.example',\n"
        "'Access-Control-Allow-Credentials' => true, 'Access-Control-Max-Age' => env('AGE'), 'X-Other' => 'a'];",
        ("cosmetic", 2, 45),
        sentence="realistic: an array of headers, in which true is no text that counts",
        **APP_ONLY,
    ),
    by_hand(
        "header('Access-Control-Allow-Origin: https://app.example'); header('Access-Control-Allow-Credentials: true');"
        "header('Access-Control-Allow-Methods: PUT, *'); header('Access-Control-Allow-Headers: X-Test,,*');"
        "header('Access-Control-Expose-Headers: X-Total, ETag'); header('Access-Control-Max-Age: soon');",
        ("narrows", 1, 117),
        ("narrows", 1, 165),
        sentence="synthetic: with credentials, a star is a name",
        allow_methods=["PUT", "GET", "HEAD", "POST"],
        allow_headers=["X-Test"],
        allow_credentials=True,
        expose_headers=["X-Total", "ETag"],
        **APP_ONLY,
    ),
    by_hand(
        "header('Access-Control-Allow-Origin: *'); header('Access-Control-Allow-Methods: *');"
        "header('Access-Control-Allow-Headers: *, authorization');",
        sentence="realistic: a star for everything",
        allow_origins=["*"],
        allow_methods=["*"],
        allow_headers=["*"],
        deny_headers=[],
    )._replace(rules={"/*": {"allow_origins": ["*"], "allow_methods": ["*"], "allow_headers": ["*"], "max_age": None}}),
    by_hand(
        "if ($dev) { header('Access-Control-Allow-Origin: *'); }\n"
        "else { header('Access-Control-Allow-Origin: https://app.example'); }\n"
        "header('Access-Control-Allow-Origin: https://app.example');",
        ("narrows", 2, 15),
        ("widens", 2, 15),
        sentence="realistic: two values",
        **APP_ONLY,
    ),
    by_hand(
        "header('Access-Control-Allow-Headers: *');",
        sentence="synthetic: no origin",
        deny_headers=["Authorization"],
        allow_headers=["*"],
    ),
]

EVERYONE: dict[str, Any] = {
    "allow_origins": ["*"],
    "allow_credentials": True,
    "dangerously_allow_any_origin_with_credentials": True,
    "max_age": None,
    **DENIED,
}
CREDENTIALS = "header('Access-Control-Allow-Credentials: true');"
NAME = "'Access-Control-Allow-Origin'"


def echo(text: str, sentence: str = "", *losses: tuple[str, int, int]) -> Row:
    found = ("dangerously_allow_any_origin_with_credentials",)
    return Row(f"hostile: {sentence or text}", f"{CREDENTIALS}\n{text}", {"/*": EVERYONE}, losses, found)


def judged(text: str, line: int, column: int) -> Row:
    """Write what looks at the origin first: whom it lets in is not known."""
    rules = {"/*": {"allow_credentials": True, "max_age": None, **DENIED}}
    return Row(f"realistic: {text}", f"{CREDENTIALS}\n{text}", rules, (("narrows", line, column),))


ECHOES = [
    *(
        echo(f"$response->header({NAME}, {value});")
        for value in (
            "$request->header('Origin')",
            "$request->header('origin', '*')",
            "$request?->headers->get('Origin')",
            "request()->headers->get('Origin')",
            "$request->server('HTTP_ORIGIN')",
            "Request::header('Origin')",
            "$request->getHeaderLine('Origin')",
            "$_SERVER['HTTP_ORIGIN']",
            "($_SERVER['HTTP_ORIGIN'] ?? '')",
            "$_SERVER['HTTP_ORIGIN'] ?? '*'",
            "$request->header('Origin') ?: '*'",
            "isset($_SERVER['HTTP_ORIGIN']) ? $_SERVER['HTTP_ORIGIN'] : '*'",
            "getallheaders()['Origin']",
        )
    ),
    echo("header('Access-Control-Allow-Origin: ' . $_SERVER['HTTP_ORIGIN']);"),
    echo("header(\"Access-Control-Allow-Origin: {$_SERVER['HTTP_ORIGIN']}\");"),
    echo("$origin = $_SERVER['HTTP_ORIGIN'] ?? '';\nheader(\"Access-Control-Allow-Origin: $origin\");"),
    echo(f"$headers = [{NAME} => $_SERVER['HTTP_ORIGIN']];"),
    *(
        echo(f"$o = $_SERVER['HTTP_ORIGIN'] ?? '';\nif ({condition}) {{ header('Access-Control-Allow-Origin: '.$o); }}")
        for condition in (
            "isset($_SERVER['HTTP_ORIGIN'])",
            "$o !== '' && !empty($o)",
            "$request->hasHeader('Origin') and $o",
            "$request->headers->has('Origin')",
            "$_SERVER['REQUEST_METHOD'] === 'OPTIONS'",
            "$request->isMethod('OPTIONS')",
        )
    ),
    echo(
        "header('Access-Control-Allow-Origin: ' . $_SERVER['HTTP_ORIGIN']);\nif ($page === 'a') { show(); }",
        "what is asked behind it does not guard it",
    ),
    echo(
        f"class A {{ function add($r, $q) {{ return $r->header({NAME}, $q->header('Origin')); }} }}\n"
        "class B { function show($x) { if ($x) { return new class {}; } } }",
        "what another class asks does not guard it",
    ),
    echo(
        "class B { function show($x) { if ($x) { return; } } }\nheader('Access-Control-Max-Age: 5');\n"
        f"class A {{ function add($r, $q) {{ return $r->header({NAME}, $q->header('Origin')); }} }}",
        "nor one before it",
    )._replace(rules={"/*": {**EVERYONE, "max_age": 5}}),
    echo(
        "header('Access-Control-Allow-Origin: https://app.example');\n"
        "header('Access-Control-Allow-Origin: ' . $_SERVER['HTTP_ORIGIN']);",
        "behind another value",
        ("narrows", 3, 8),
        ("widens", 3, 8),
    ),
    Row(
        "realistic: without credentials, it is every origin",
        f"$r->header({NAME}, $request->header('Origin'));",
        {"/*": {"allow_origins": ["*"], "max_age": None, **DENIED}},
    ),
    Row(
        "realistic: with credentials, a star that is sent beside it is a name",
        f"{CREDENTIALS} header('Access-Control-Allow-Methods: *');\n$r->header({NAME}, $request->header('Origin'));",
        {"/*": EVERYONE},
        (("narrows", 1, 58),),
        ("dangerously_allow_any_origin_with_credentials",),
    ),
    *(
        judged(f"$o = $_SERVER['HTTP_ORIGIN'] ?? '';\n{text}", 3, text.index("header(") + 8)
        for text in (
            "if (in_array($o, $allowed)) { header('Access-Control-Allow-Origin: ' . $o); }",
            "if ($o === $mine) { header('Access-Control-Allow-Origin: ' . $o); }",
            "if (! $this->allows($request)) { return; } header('Access-Control-Allow-Origin: ' . $o);",
            f"if ({'$o && ' * 500}$o) {{ header('Access-Control-Allow-Origin: ' . $o); }}",
            "new Check($o); header('Access-Control-Allow-Origin: ' . $o);",
            "check($o); header('Access-Control-Allow-Origin: ' . $o);",
            "$ok and header('Access-Control-Allow-Origin: ' . $o);",
            "header('Access-Control-Allow-Origin: ' . (in_array($o, $allowed) ? $o : ''));",
            "header('Access-Control-Allow-Origin: ' . $o . '.example');",
            "header('Access-Control-Allow-Origin: ' . $_SERVER['SERVER_NAME'][$i]);",
            "header('Access-Control-Allow-Origin: ' . $request->header($which));",
            "header('Access-Control-Allow-Origin: ' . $request->header());",
            "header('Access-Control-Allow-Origin: ' . $request->ip('Origin'));",
        )
    ),
    judged(
        f"class A {{\n function add($r, $q) {{ return $r->header({NAME}, $q->header('Origin')); }}\n"
        " function show($r, $q) { if ($this->knows($q)) { $this->add($r, $q); } }\n}",
        3,
        43,
    ),
    judged(
        "".join(f"$o{number} = $o{number + 1};\n" for number in range(50))
        + f"$o50 = $_SERVER['HTTP_ORIGIN'];\n$r->header({NAME}, $o0);",
        53,
        12,
    ),
    judged("$o = " + "(" * 45 + "1" + ")" * 45 + f" ?? 2; $r->header({NAME}, " + "$a ?: " * 45 + "$b);", 2, 115),
]

HANDLED = f"""class Cors
{{
    public function handle($request, $next)
    {{
        return $next($request)->header({NAME}, 'https://app.example')
            ->header('Access-Control-Max-Age', 5);
    }}
}}
"""
HANDLED_APP = {"/*": {**APP_ONLY, "max_age": 5, **DENIED}}
HANDLERS = [
    Row("realistic: a middleware, which may be for some routes only", HANDLED, HANDLED_APP, (("widens", 5, 40),)),
    *(
        Row(f"realistic: a middleware for all requests: {text}", HANDLED + text, HANDLED_APP)
        for text in (
            "$middleware->append(Cors::class);",
            "$middleware->prepend([Other::class, \\App\\Http\\Middleware\\Cors::class]);",
            "class Kernel { protected $middleware = [Cors::class]; }",
        )
    ),
    *(
        Row(f"realistic: a middleware for some: {text}", HANDLED + text, HANDLED_APP, (("widens", 5, 40),))
        for text in (
            "$middleware->web(append: [Cors::class]);",
            "$middleware->append(Other::class);",
            "class Kernel { protected $routeMiddleware = ['cors' => Cors::class]; }",
            "class Other { abstract function other(); }\n$x = new class { function handle() {} };",
        )
    ),
]

#: After php-cors' own documentation, where the calls are written with types.
SERVICE = r"""<?php

use Fruitcake\Cors\CorsService;

$cors = new CorsService([
    'allowedHeaders'         => ['x-allowed-header', 'x-other-allowed-header'],
    'allowedMethods'         => ['DELETE', 'GET', 'POST', 'PUT'],
    'allowedOrigins'         => ['http://localhost', 'https://*.example.com'],
    'allowedOriginsPatterns' => ['/localhost:\d/'],
    'exposedHeaders'         => ['Content-Encoding'],
    'maxAge'                 => false,
    'supportsCredentials'    => false,
]);

$cors->addActualRequestHeaders(Response $response, $origin);
$cors->handlePreflightRequest(Request $request);
$cors->isActualRequestAllowed(Request $request);
"""
IS_SERVED: dict[str, Any] = {
    "allow_methods": ["DELETE", "GET", "POST", "PUT", "HEAD"],
    "allow_headers": ["x-allowed-header", "x-other-allowed-header"],
    "allow_origin_regex": [r".*localhost:\d.*"],
    "expose_headers": ["Content-Encoding"],
    **PLAIN,
}
SERVICES = [
    Row(
        "realistic: a service, after the documentation of php-cors",
        SERVICE,
        {"/*": {"allow_origins": ["http://localhost", "https://*.example.com"], **IS_SERVED}},
        (("cosmetic", 9, 34),),
    ),
    Row(
        "realistic: a service of the older package, in which a * in an origin is part of it",
        SERVICE.replace("Fruitcake\\Cors", "Asm89\\Stack").replace("'maxAge' ", "'max_age'"),
        {"/*": {"allow_origins": ["http://localhost"], **IS_SERVED}},
        (("cosmetic", 11, 33), ("cosmetic", 8, 54), ("cosmetic", 9, 34)),
    ),
    *(
        Row(f"realistic: {text}", text, {"/*": APP})
        for text in (
            "$o = ['allowedOrigins' => ['https://app.example']]; f(new \\Fruitcake\\Cors\\CorsService($o, 1));",
            "new \\Asm89\\Stack\\CorsService(array('allowedOrigins' => array('https://app.example')));",
            "$app = new \\Asm89\\Stack\\Cors($app, ['allowedOrigins' => ['https://app.example']]); new Other();",
            "new CorsService(options: ['allowed_origins' => ['https://app.example']]);",
        )
    ),
    Row(
        "realistic: a service has no paths",
        "new CorsService(['paths' => ['api/*'], 'allowedOrigins' => ['https://app.example']]);",
        {"/*": APP},
        (("cosmetic", 1, 29),),
    ),
    Row(
        "realistic: a service that echoes every origin with credentials means every origin without",
        "new CorsService(['allowedOrigins' => ['*'], 'supportsCredentials' => true]);",
        {"/*": {**PLAIN, "allow_origins": ["*"]}},
        (("narrows", 1, 70),),
    ),
    Row(
        "realistic: the same of the older package",
        "new Asm89\\Stack\\CorsService(['allowedOrigins' => ['*']]);",
        {"/*": {**PLAIN, "allow_origins": ["*"]}},
    ),
]

SETS_TWICE = """<?php
$a = ['https://a.example'];
$a[] = 'https://b.example';
$b = 'x'; $b .= 'y'; $c = $d; $d = $c; $e = &$f; define($a, 'z');
return ['paths' => ['*'], 'allowed_methods' => [...$a], 'allowed_headers' => ['*'], 'allowed_origins' => $a,
'allowed_origins_patterns' => [$b, $c, $e, &$f, -$c, -'a', !$b]];
"""
OTHERS = [
    Row(
        "synthetic: names that are changed, or go in a circle",
        SETS_TWICE,
        {"/*": {"allow_headers": ["*"], "max_age": 0}},
        (
            ("narrows", 5, 106),
            ("narrows", 6, 32),
            ("narrows", 4, 27),
            ("narrows", 6, 40),
            ("narrows", 6, 44),
            ("narrows", 4, 36),
            ("narrows", 6, 54),
            ("narrows", 6, 60),
            ("narrows", 5, 52),
        ),
    ),
    Row(
        "realistic: bare lines, with what they mean elsewhere",
        "\n// settings\n'paths' => ['*'],\n'allowed_origins' => ['https://app.example'],\n"
        "'allowed_methods' => ['GET'],\n'allowed_headers' => ['*'], 'max_age' => $x",
        {"/*": {**APP_ONLY, "allow_headers": ["*"], "max_age": 0}},
        (("cosmetic", 6, 42),),
    ),
    Row(
        "synthetic: what is returned first is no array of settings",
        "<?php\nreturn;\nreturn 5;\nreturn ['paths' => []];\n" + config().removeprefix("<?php "),
        {"/*": APP},
    ),
]

BAD = [
    Bad("synthetic: nothing", "", "no settings of php-cors here", 1, 1),
    Bad("realistic: another file", "<?php return ['name' => 'app', 'paths' => []];", "no settings of php-cors", 1, 1),
    Bad("synthetic: a list that is not closed", "<?php\nreturn ['paths' => ['*';", "this is not PHP", 2, 8),
    Bad(
        "synthetic: a bare list that is not closed",
        "'paths' => ['*'],\n'allowed_origins' => [",
        "this is not PHP",
        2,
        2,
    ),
    Bad("realistic: a service with unknown settings", "f(new CorsService($o));", "known only when the program", 1, 19),
    Bad("realistic: two services", "new CorsService([]);\nnew CorsService([]);", "a second CorsService", 2, 17),
    Bad("synthetic: a service without any", "new CorsService();", "no settings of php-cors here", 1, 1),
    Bad("synthetic: a file with a mistake", "<?php f(A $a);", "this is not PHP", 1, 9),
    Bad("synthetic: neither statements nor lines", "a b c", "this is not PHP", 1, 1),
]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (config(), "laravel"),
        ("'allowed_origins' => [],", "laravel"),
        ("<?php header('Access-Control-Allow-Origin: *');", "laravel"),
        ("header('Access-Control-Allow-Origin: *');", None),
        (SERVICE, "laravel"),
        ("<?php // Access-Control-Allow-Origin", None),
        ("<?php // CorsService", None),
        ("<?php $a = 'allowed_origins';", None),
        ("allowed_origins = [", None),
        ("<?php header('Access-Control-Max-Age: 5'); // not Access-Control-Allow-Origin", None),
    ],
)
def test_what_is_recognized(text: str, wanted: str | None) -> None:
    """A file that sets headers by hand is PHP only with its opening tag."""
    assert guess_dialect(text) == wanted


@pytest.mark.parametrize("value", ["[...$a{0}, ...$a{0}]", "$a{0} . $a{0}"])
def test_what_doubles_with_each_line_ends_in_time(value: str) -> None:
    """What nobody would write is not evaluated, and told."""
    first = "['https://a.example']" if value[0] == "[" else "'a'"
    lines = [f"$a{number + 1} = {value.replace('{0}', str(number))};" for number in range(38)]
    source = "\n".join(["<?php", f"$a0 = {first};", *lines, "return ['allowed_origins' => $a38];"])
    losses = read("laravel", source).losses
    assert [loss.how_bad for loss in losses if loss.what == "allowed_origins"] == ["narrows"]


@pytest.mark.parametrize("dialect", ["laravel-middleware", "php"])
def test_a_program_is_not_read(dialect: str) -> None:
    """It would be taken for headers that are set by hand."""
    with pytest.raises(DialectError, match="this program was made from a policy") as caught:
        read("laravel", write(dialect, Policy()).text)
    assert (caught.value.line, caught.value.column) == (3, 1)


@pytest.mark.parametrize(
    "row",
    [*SETTINGS, *ORIGINS, *PATTERNS, *PATHS, *BY_HAND, *ECHOES, *HANDLERS, *SERVICES, *OTHERS],
    ids=lambda row: row.sentence,
)
def test_what_is_read(row: Row) -> None:
    check("laravel", row)


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.sentence)
def test_what_cannot_be_read(bad: Bad) -> None:
    check_bad("laravel", bad)


@pytest.mark.parametrize(
    ("paths", "wanted"),
    [(["/login"], {"widens"}), (["/login", "/login/"], set()), (["/login", "/login/*"], {"cosmetic"})],
)
def test_a_slash_behind_a_path(paths: list[str], wanted: set[str]) -> None:
    """Laravel serves the path with one, too, whether the policy does or not."""
    losses = write("laravel", Ruleset([Rule(paths, Policy(allow_origins=["https://app.example"]))])).losses
    assert {loss.how_bad for loss in losses if "the same path" in loss.why} == wanted
