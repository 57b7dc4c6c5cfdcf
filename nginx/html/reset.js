// The page behind the link of a forgotten password. The token stands behind the # of the address, which no server sees;
// it is taken out of the address bar at once, so that it stays in no history.
'use strict';

const form = document.getElementById('reset');
const said = document.getElementById('said');
const byHand = document.getElementById('token');
const button = form.querySelector('button');

let token = '';

function take() {
  if (location.hash.length < 2) return;
  token = location.hash.slice(1);
  history.replaceState(null, '', location.pathname);
}

function offerToType() {
  document.getElementById('by-hand').hidden = token !== '';
  byHand.required = token === '';
}

function meaningOf(status, slug) {
  if (status === 204) return 'Your password is changed. Log in with the new one.';
  if (slug === 'reset-token-invalid')
    return 'This link is not good any more: it works once, and for a short time. Ask for a new one.';
  if (status === 400) return 'The password must have 8 to 128 characters.';
  if (status === 429) return 'Too many tries. Wait a moment, then try again.';
  return 'That did not work. Try again in a moment.';
}

async function send(password) {
  const answer = await fetch('/api/password/reset', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ token: token || byHand.value.trim(), newPassword: password }),
    credentials: 'omit',
    cache: 'no-store',
  });
  let slug = '';
  if (answer.status !== 204) {
    const problem = await answer.json().catch(() => ({}));
    slug = String(problem.type || '').split('/').pop();
  }
  said.textContent = meaningOf(answer.status, slug);
  if (answer.status === 204) form.hidden = true;
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const password = document.getElementById('password').value;
  if (password !== document.getElementById('again').value) {
    said.textContent = 'The two passwords differ.';
    return;
  }
  button.disabled = true;
  said.textContent = '';
  try {
    await send(password);
  } catch {
    said.textContent = 'The shop cannot be reached. Try again in a moment.';
  } finally {
    button.disabled = false;
  }
});

window.addEventListener('hashchange', () => {
  take();
  offerToType();
});
take();
offerToType();
