// PRODUCT_RPC is a contract for any AMQP client, not only for ours: here amqplib asks, with nothing of Mercat's code.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import amqp from 'amqplib';

const limit = 10_000; // ms

let connection;
let channel;
const waiting = new Map();
const returned = new Map();

function mercat(...args) {
  execFileSync(process.env.MERCAT_COMMAND, args, { stdio: 'inherit' });
}

async function waitUntil(condition) {
  const until = Date.now() + limit;
  while (!(await condition())) {
    assert.ok(Date.now() < until, 'waited too long');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

// Resolves to the reply, or to 'returned' when the broker gives the request back.
function ask(body) {
  const correlationId = randomUUID();
  const answer = new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no reply')), limit);
    const settle = (value) => {
      clearTimeout(timer);
      resolve(value);
    };
    waiting.set(correlationId, settle);
    returned.set(correlationId, () => settle('returned'));
  });
  const content = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  channel.publish('', 'PRODUCT_RPC', content, {
    mandatory: true,
    correlationId,
    replyTo: 'amq.rabbitmq.reply-to',
    expiration: '5000',
  });
  return answer;
}

const status = (reply) => reply.properties.headers.status;
const json = (reply) => JSON.parse(reply.content.toString());

before(async () => {
  connection = await amqp.connect(process.env.MERCAT_AMQP_URL);
  channel = await connection.createChannel();
  channel.on('return', (message) => returned.get(message.properties.correlationId)?.());
  await channel.consume(
    'amq.rabbitmq.reply-to',
    (message) => waiting.get(message.properties.correlationId)?.(message),
    { noAck: true },
  );
});

after(() => connection?.close());

test('VIEW_PRODUCT answers the product, its id given as a number, as digits or in an object', async () => {
  for (const data of [1, '1', { product_id: 1 }, { product_id: '1' }]) {
    const reply = await ask({ type: 'VIEW_PRODUCT', data });
    assert.equal(status(reply), 200);
    assert.equal(json(reply).id, 1);
    assert.equal(typeof json(reply).price, 'number');
  }
});

test('VIEW_PRODUCT of an unknown product answers null and 404', async () => {
  const reply = await ask({ type: 'VIEW_PRODUCT', data: 999999999 });
  assert.equal(status(reply), 404);
  assert.equal(json(reply), null);
});

test('VIEW_PRODUCTS answers those found, in the order asked', async () => {
  const reply = await ask({ type: 'VIEW_PRODUCTS', data: [3, 999999999, 1] });
  assert.equal(status(reply), 200);
  assert.deepEqual(json(reply).map((product) => product.id), [3, 1]);
  assert.deepEqual(json(await ask({ type: 'VIEW_PRODUCTS', data: [] })), []);
});

test('VIEW_PRODUCTS takes a thousand ids and refuses more', async () => {
  const ids = Array.from({ length: 1001 }, (_, i) => i + 1);
  assert.equal(status(await ask({ type: 'VIEW_PRODUCTS', data: ids.slice(0, 1000) })), 200);
  assert.equal(status(await ask({ type: 'VIEW_PRODUCTS', data: ids })), 400);
});

test('an unknown type and garbage get an error reply, and the server lives on', async () => {
  const bad = [
    { type: 'BUY_PRODUCT', data: 1 },
    { type: 'VIEW_PRODUCT' },
    { type: 'VIEW_PRODUCT', data: 'one' },
    { type: 'VIEW_PRODUCT', data: -1 },
    { type: 'VIEW_PRODUCTS', data: 'all' },
    { data: 1 },
    [],
    Buffer.from('{'),
    Buffer.from([0xff, 0xfe, 0x00]),
    Buffer.alloc(0),
    Buffer.from('['.repeat(100_000)),
  ];
  for (const body of bad) {
    const reply = await ask(body);
    assert.equal(status(reply), 400, String(body).slice(0, 60));
    assert.equal(typeof json(reply).error, 'string');
  }
  assert.equal(status(await ask({ type: 'VIEW_PRODUCT', data: 1 })), 200);
});

test('with no consumer the request comes back at once', async () => {
  mercat('stop', 'products');
  try {
    await waitUntil(async () => (await ask({ type: 'VIEW_PRODUCT', data: 1 })) === 'returned');
  } finally {
    mercat('start', 'products');
  }
  await waitUntil(async () => (await ask({ type: 'VIEW_PRODUCT', data: 1 })) !== 'returned');
});
