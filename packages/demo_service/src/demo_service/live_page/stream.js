// The connection to /logs/stream: every record once, and whether the connection stands.
//
// The browser reconnects by itself and sends the last id. It gives up for good on an answer that is
// no stream (a proxy's 502 while the service restarts), so then a new connection is opened here.

const URL_OF_STREAM = "/logs/stream";
const REOPEN_AFTER_MS = 1500;

/** Start; `on` has the handlers record, hello, alerts, lost, restarted and state ("live" or "reconnecting"). */
export function openStream(on) {
  let lastId = 0;
  let epoch;
  let source;

  function isNew(event) {
    const id = Number.parseInt(event.lastEventId, 10);
    if (Number.isNaN(id)) return true;
    if (id <= lastId) return false;
    lastId = id;
    return true;
  }

  function hello(details) {
    const restarted = epoch !== undefined && details.epoch !== epoch;
    if (restarted) {
      lastId = 0;
      on.restarted();
    }
    epoch = details.epoch;
    on.hello(details);
  }

  function connect() {
    source = new EventSource(URL_OF_STREAM);
    source.onopen = () => on.state("live");
    source.onmessage = (event) => isNew(event) && on.record(event.data);
    source.addEventListener("hello", (event) => hello(JSON.parse(event.data)));
    source.addEventListener("alerts", (event) => on.alerts(JSON.parse(event.data)));
    source.addEventListener("lost", (event) => on.lost(JSON.parse(event.data).count));
    source.onerror = () => {
      on.state("reconnecting");
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, REOPEN_AFTER_MS);
    };
  }

  // A page that is left and comes back from the browser's page cache has lost its connection silently.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    source.close();
    connect();
  });
  connect();
}
