// Loaded before an example of the documents (node --require): it listens on the port that PORT names, on this machine
// alone, and has a route where the example says that routes go. Nothing else of it is changed.
'use strict';

const net = require('net');
const express = require('express');

const { listen: listenAnywhere } = net.Server.prototype;
net.Server.prototype.listen = function listen(port, ...rest) {
  return listenAnywhere.call(this, Number(process.env.PORT), '127.0.0.1', ...rest.filter((one) => typeof one === 'function'));
};

const { listen: listenAsApp } = express.application;
express.application.listen = function listen(...args) {
  const answer = (req, res) => res.set('X-Total', '1').send('ok');
  for (const method of ['get', 'post', 'put', 'delete', 'patch']) this[method]('/items', answer);
  return listenAsApp.apply(this, args);
};
