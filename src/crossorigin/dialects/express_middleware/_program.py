"""The program that judges requests, in JavaScript: all of it that does not depend on the rules."""

from __future__ import annotations

from crossorigin.decision.judging import MAX_HEADER_NAMES, MAX_HEADER_NAMES_SIZE
from crossorigin.decision.reading import MAX_HEADER_LINES
from crossorigin.dialects._plans import FORM_OF_NAME, FORM_OF_ORIGIN
from crossorigin.origins.origin import MAX_ORIGIN
from crossorigin.standard import headers as names
from crossorigin.standard.hosts import MAX_HOST

_MAX_METHOD = 256

#: The headers that are this program's to set.
_OWN = (
    names.ALLOW_ORIGIN,
    names.ALLOW_CREDENTIALS,
    names.ALLOW_METHODS,
    names.ALLOW_HEADERS,
    names.EXPOSE_HEADERS,
    names.MAX_AGE,
    names.ALLOW_PRIVATE_NETWORK,
)

HEAD = """// CORS for an Express app: app.use(require('./cors')), before everything that answers.
// In a package of "type": "module", save it as cors.cjs: import cors from './cors.cjs'; app.use(cors).
//
// An app's own CORS headers are replaced, on its errors, too: this file alone says who may read.
'use strict';

// What stands in an answer's headers for what the request says.
const ORIGIN = Symbol('the origin');
const METHOD = Symbol('the method that is asked for');
const NAMES = Symbol('the header names that are asked for');

"""

USE = r"""
module.exports = (req, res, next) => {
  const answer = judge(req);
  if (!answer) return next();
  if (answer.status === undefined) {
    putOn(res, answer.headers);
    return next();
  }
  setHeaders(res, answer.headers);
  res.statusCode = answer.status;
  return res.end(answer.body);
};

// The answer to a request, or only its headers where the app gives it; nothing where no rule serves the path.
function judge(req) {
  const found = findRules(req);
  const answers = found.filter(Boolean).map((rule) => judgeBy(rule, req));
  if (found.length === 1) return answers[0];
  // The path can be read in several ways, and each is another rule's: what one of them refuses, none allows.
  const refused = answers.filter((answer) => !answer.allowed);
  if (refused.length) return findStrictest(refused);
  if (answers.every((answer) => answer.kind === 'not-cors')) return { headers: { @VARY@: '@Origin@' } };
  return findStrictest(found.filter(Boolean).map((rule) => refuse(rule, req, answers[0].kind, ['ambiguous-path'])));
}

function findStrictest(answers) {
  const count = (answer) => Object.keys(answer.headers).length;
  return answers.sort((one, other) => (other.status || 0) - (one.status || 0) || count(one) - count(other))[0];
}

function judgeBy(rule, req) {
  if (req.method === 'OPTIONS' && req.rawHeaders.length > 2 * @MAX_LINES@) {
    return refuse(rule, req, 'preflight', ['too-many-header-lines']);
  }
  const origins = readLines(req, '@origin@');
  if (!origins.length) {
    if (rule.requireOrigin) return refuse(rule, req, 'not-cors', ['missing-origin']);
    return { allowed: true, kind: 'not-cors', headers: rule.bare };
  }
  const methods = readLines(req, '@request-method@');
  if (req.method === 'OPTIONS' && methods.length) return judgePreflight(rule, req, origins, methods);
  const fault = findOriginFault(rule, origins);
  const actual = fill(rule.actual, { [ORIGIN]: origins[0] });
  const mayUseMethod = !enforces(rule, req.method) || req.method === 'OPTIONS' || allowsMethod(rule, req.method);
  if (!fault && mayUseMethod) return { allowed: true, kind: 'actual', headers: actual };
  if (isSameOrigin(rule, req, origins)) {
    return { allowed: true, kind: 'not-cors', headers: fault ? rule.bare : actual };
  }
  if (fault) return refuse(rule, req, 'actual', [fault]);
  // The origin may read every answer, this refusal, too.
  return refuse(rule, req, 'actual', ['method-not-allowed'], { ...actual, @VARY@: '@Origin@' });
}

function judgePreflight(rule, req, origins, methods) {
  const asked = readNames(req);
  const faults = [findOriginFault(rule, origins), findMethodFault(rule, methods), findNameFault(rule, asked)];
  if (faults.some(Boolean)) return refuse(rule, req, 'preflight', faults.filter(Boolean));
  const headers = fill(rule.preflight, {
    [ORIGIN]: origins[0],
    [METHOD]: methods[0],
    [NAMES]: asked.join(',').toLowerCase(),
  });
  if (rule.allowPrivateNetwork && readLines(req, '@request-private-network@').join() === 'true') {
    headers['@allow-private-network@'] = 'true';
  }
  return { allowed: true, kind: 'preflight', status: rule.preflightStatus, headers, body: '' };
}

// A refusal: where the rule does not enforce it, the app runs, and its answer is kept from the script.
function refuse(rule, req, kind, reasons, headers = rule.refused) {
  if (kind === 'actual' && !enforces(rule, req.method)) return { allowed: false, kind, headers };
  const own = reasons.map((reason) => rule.messages[reason]).filter((text) => text !== undefined);
  const body = own.length ? own.join('\n') : `CORS: ${kind} request refused: ${reasons.join(', ')}\n`;
  const described = {
    '@Content-Type@': 'text/plain; charset=utf-8',
    '@Content-Length@': String(Buffer.byteLength(body)),
    ...headers,
  };
  const sent = req.method === 'HEAD' ? '' : body;
  return { allowed: false, kind, status: rule.errorStatus, headers: described, body: sent };
}

function findOriginFault(rule, origins) {
  const [origin] = origins;
  if (origins.length > 1) return 'multiple-origins';
  if (origin.length > @MAX_ORIGIN@) return 'origin-too-long';
  if (rule.isStatic) return null;
  if (holds(rule.denied, origin)) return 'origin-denied';
  if (rule.allowed && rule.allowed.texts.includes(origin)) return null;
  if (origin === 'null') return rule.allowed ? 'null-origin' : null;
  if (!isOrigin(origin)) return 'malformed-origin';
  return !rule.allowed || holds(rule.allowed, origin) ? null : 'origin-not-allowed';
}

const FORM_OF_ORIGIN = @FORM_OF_ORIGIN@;
const IS_TOKEN = @FORM_OF_TOKEN@;

function isOrigin(text) {
  const [, , host, port] = FORM_OF_ORIGIN.exec(text) || [];
  return host !== undefined && isHost(host) && Number(port || 0) <= 65535;
}

// Whether a host is written as browsers write it.
function isHost(host) {
  if (host.length > @MAX_HOST@ || !/^(?:\[.*\]|(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63})$/.test(host)) return false;
  try {
    return new URL(`http://${host}`).hostname === host;
  } catch {
    return false;
  }
}

function holds(origins, origin) {
  if (origins.texts.includes(origin)) return true;
  return isOrigin(origin) && origins.regexes.some((regex) => regex.test(origin));
}

function findMethodFault(rule, methods) {
  const [method] = methods;
  if (methods.length > 1 || method.length > @MAX_METHOD@ || !IS_TOKEN.test(method) || method === '*') {
    return 'malformed-method';
  }
  return allowsMethod(rule, method) ? null : 'method-not-allowed';
}

function allowsMethod(rule, method) {
  return rule.methods ? rule.methods.includes(method) : !/^(?:\*|connect|trace|track)$/i.test(method);
}

// Returns the names that are asked for; null where there are too many.
function readNames(req) {
  const text = readLines(req, '@request-headers@').join(',');
  const names = text.split(',');
  if (text.length > @MAX_SIZE@ || names.length > @MAX_NAMES@) return null;
  return names.map((name) => name.replace(/^[ \t]+|[ \t]+$/g, '')).filter(Boolean);
}

function findNameFault(rule, asked) {
  if (!asked) return 'too-many-header-names';
  if (!asked.every((name) => IS_TOKEN.test(name) && name !== '*')) return 'malformed-header-names';
  const isAllowed = (name) => (rule.names ? rule.names.includes(name) : !rule.deniedNames.includes(name));
  return asked.every((name) => isAllowed(name.toLowerCase())) ? null : 'header-not-allowed';
}

function enforces(rule, method) {
  const isSafe = ['GET', 'HEAD', 'OPTIONS', 'TRACE'].includes(method);
  return rule.enforce === 'all' || (rule.enforce === 'unsafe-methods' && !isSafe);
}

// Whether the request comes from the server's own pages, as far as a server can tell.
function isSameOrigin(rule, req, origins) {
  const hosts = readLines(req, '@host@');
  const host = hosts.length === 1 ? hosts[0].toLowerCase() : '';
  const sites = readLines(req, '@sec-fetch-site@');
  const [scheme, authority] = origins[0].split('://');
  const port = { http: 80, https: 443 }[scheme];
  const isNamed = origins.length === 1 && isOrigin(origins[0]);
  const namesHost = isNamed && (host === authority || host === `${authority}:${port}`);
  const isOwn = sites.length ? ['same-origin', 'none'].includes(sites.join()) : namesHost;
  return isOwn && (!rule.ownHosts || isOwnHost(host, rule.ownHosts));
}

function isOwnHost(host, ownHosts) {
  const [, name] = /^(\[[^\]]*\]|[^:*]*)(?::[0-9]*)?$/.exec(host) || [];
  if (name === undefined) return false;
  const labels = name.split('.');
  return ownHosts.includes(name) || labels.some((_, at) => at && ownHosts.includes(`*.${labels.slice(at).join('.')}`));
}

// Returns each line of a header; Node joins them, and one value is not the same as two.
function readLines(req, name) {
  return req.rawHeaders.filter((_, at) => at % 2 && req.rawHeaders[at - 1].toLowerCase() === name);
}

// Returns headers with what the request says; what is empty is left out.
function fill(headers, values) {
  const say = (value) => (typeof value === 'symbol' ? values[value] : value);
  const pairs = Object.entries(headers).map(([name, value]) => [name, say(value)]);
  return Object.fromEntries(pairs.filter(([, value]) => value !== ''));
}

// Sets the headers in the moment in which the answer's are sent, so that nothing comes after.
function putOn(res, headers) {
  const { writeHead } = res;
  res.writeHead = function writeHeadWithCors(status, reason, given) {
    const isBare = typeof reason !== 'string';
    const more = isBare ? reason : given;
    const pairs = Array.isArray(more) ? listPairs(more) : Object.entries(more || {});
    for (const [name, value] of pairs) if (value !== undefined) this.setHeader(name, value);
    setHeaders(this, headers);
    this.writeHead = writeHead;
    return isBare ? this.writeHead(status) : this.writeHead(status, reason);
  };
}

// Returns what is in a list of names and values, by its names.
function listPairs(list) {
  const flat = list.flat();
  const found = new Map();
  for (let at = 0; at < flat.length; at += 2) found.set(flat[at], [...(found.get(flat[at]) || []), flat[at + 1]]);
  return [...found].map(([name, values]) => [name, values.length > 1 ? values : values[0]]);
}

function setHeaders(res, headers) {
  for (const name of OWN_HEADERS) res.removeHeader(name);
  for (const [name, value] of Object.entries(headers)) {
    if (name === '@VARY@') addVary(res, value);
    else res.setHeader(name, value);
  }
}

const OWN_HEADERS = @OWN@;

function addVary(res, name) {
  const given = [res.getHeader('@VARY@') || []].flat().join(', ');
  const names = given.split(',').map((one) => one.trim().toLowerCase());
  if (!names.includes('*') && !names.includes(name.toLowerCase())) {
    res.setHeader('@VARY@', given ? `${given}, ${name}` : name);
  }
}

"""


def write_program() -> str:
    """Return the program, but for the rules and what finds them."""
    words = {
        "@VARY@": names.VARY,
        "@Origin@": names.ORIGIN,
        "@origin@": names.ORIGIN.lower(),
        "@host@": names.HOST.lower(),
        "@sec-fetch-site@": names.SEC_FETCH_SITE.lower(),
        "@Content-Type@": names.CONTENT_TYPE,
        "@Content-Length@": names.CONTENT_LENGTH,
        "@request-method@": names.REQUEST_METHOD.lower(),
        "@request-headers@": names.REQUEST_HEADERS.lower(),
        "@request-private-network@": names.REQUEST_PRIVATE_NETWORK.lower(),
        "@allow-private-network@": names.ALLOW_PRIVATE_NETWORK,
        "@MAX_LINES@": str(MAX_HEADER_LINES),
        "@MAX_ORIGIN@": str(MAX_ORIGIN),
        "@MAX_HOST@": str(MAX_HOST),
        "@MAX_METHOD@": str(_MAX_METHOD),
        "@MAX_SIZE@": str(MAX_HEADER_NAMES_SIZE),
        "@MAX_NAMES@": str(MAX_HEADER_NAMES),
        "@FORM_OF_ORIGIN@": _write_form(FORM_OF_ORIGIN),
        "@FORM_OF_TOKEN@": _write_form(FORM_OF_NAME),
        "@OWN@": "[\n" + "".join(f"  '{name}',\n" for name in _OWN) + "]",
    }
    text = USE
    for mark, word in words.items():
        text = text.replace(mark, word)
    return text


def _write_form(form: str) -> str:
    slashed = form.replace("/", "\\/")
    return f"/^(?:{slashed})$/"
