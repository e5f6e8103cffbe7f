// Runs the calls of one row on this page, and tells the parent what the last of them could read.
"use strict";

async function run_fetch(call) {
  const { url, ...init } = call;
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(20000) });
    return {
      outcome: response.type === "opaque" ? "opaque" : "readable",
      status: response.status,
      names: [...response.headers.keys()],
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
  let result;
  for (const call of event.data.calls) result = await (call.mode === "websocket" ? run_websocket : run_fetch)(call);
  event.source.postMessage({ id: event.data.id, result }, "*");
});
if (parent !== window) parent.postMessage({ ready: true }, "*");
