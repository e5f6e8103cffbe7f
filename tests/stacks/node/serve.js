// Serves an app under each module of a folder, on the port of its number: node serve.js EXPRESS FOLDER PORT...
'use strict';

const path = require('path');

const [release, folder, ...ports] = process.argv.slice(2);
const express = require(release);

const OWN = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Credentials': 'true',
  'Access-Control-Allow-Methods': '*',
  'Access-Control-Allow-Headers': '*, Authorization',
  'Access-Control-Expose-Headers': 'X-Secret',
};

function answer(req, res, next) {
  res.set({ 'X-Ran': 'yes', 'X-Total': '1', ETag: '"e"', 'Content-Type': 'text/plain' });
  if (req.path.endsWith('/thrown')) return next(new Error('thrown'));
  if (req.path.endsWith('/written')) {
    return res.writeHead(200, ['Vary', 'Accept', 'Vary', 'Accept-Language', ...Object.entries(OWN).flat()]).end('ok');
  }
  if (req.path.endsWith('/vary')) res.vary('Accept');
  if (req.path.endsWith('/own')) res.set(OWN);
  return res.status(req.path.endsWith('/broken') ? 500 : 200).send('ok');
}

ports.forEach((port, number) => {
  const app = express();
  app.set('env', 'test');
  app.use(require(path.join(folder, `${number}.js`)));
  app.use(answer);
  app.listen(Number(port), '127.0.0.1');
});
