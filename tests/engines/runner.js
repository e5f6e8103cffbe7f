// Runs the calls of one row on this page, and tells the parent what the last of them could read, and each.
"use strict";

async function run_fetch(call) {
  const { url, is_bytes, ...init } = call;
  if (is_bytes) init.body = Uint8Array.from(init.body, character => character.charCodeAt(0));
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(20000) });
    return {
      outcome: response.type === "opaque" ? "opaque" : "readable",
      status: response.status,
      names: [...response.headers.keys()],
      headers: [...response.headers],
      text: await response.text(),
    };
  } catch (error) {
    // "network error": the script is told nothing else. Whatever it may be called, it is no other error.
    return { outcome: error instanceof TypeError ? "network-error" : String(error), error: String(error) };
  }
}

function run_websocket({ url }) {
  return new Promise(resolve => {
    const socket = new WebSocket(url.replace("http", "ws"));
    socket.onmessage = event => resolve({ outcome: "readable", status: 101, names: [], text: event.data });
    socket.onerror = () => resolve({ outcome: "network-error" });
    setTimeout(() => resolve({ outcome: "the WebSocket is silent" }), 20000);
  });
}

addEventListener("message", async event => {
  if (!event.data.calls) return;
  const results = [];
  for (const call of event.data.calls) results.push(await (call.mode === "websocket" ? run_websocket : run_fetch)(call));
  event.source.postMessage({ id: event.data.id, result: { ...results.at(-1), results } }, "*");
});
if (parent !== window) parent.postMessage({ ready: true }, "*");
