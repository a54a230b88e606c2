// Shows the sandbox's state live: every event holds all of it, so a lost connection costs nothing.

import { element } from './markdown.js';
import { drawPosts } from './posts.js';
import { drawTeleport } from './teleport.js';

const find = (id) => document.getElementById(id);
const query = new URLSearchParams(location.search);
let me = query.get('as') ?? 'alice';
let events;

async function call(method, path, data = {}) {
  const answer = await fetch(path, {
    method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(data),
  });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(body.message ?? `The sandbox answered ${answer.status}.`);
  return body;
}

function say(text, isError = false) {
  find('form-message').textContent = text;
  find('form-message').classList.toggle('error', isError);
}

async function click(post, action, button) {
  button.closest('.attachment').querySelector('.action-error')?.remove();
  button.setAttribute('aria-busy', 'true');
  try {
    await call('POST', `/sandbox/posts/${post.id}/actions/${action.id}`, { as: me });
  } catch (error) {
    button.closest('.attachment').append(
      element('p', { class: 'action-error', role: 'alert', 'data-testid': 'action-error' }, error.message));
  } finally {
    button.removeAttribute('aria-busy');
  }
}

async function resolve(request, action) {
  try {
    if (action === 'delete') await call('DELETE', `/sandbox/requests/${request.id}`);
    else await call('POST', `/sandbox/requests/${request.id}/resolve`, { state: action });
  } catch (error) {
    say(error.message, true);
  }
}

function drawPeople(state) {
  const box = find('people');
  if (box.dataset.drawn === JSON.stringify([state.people, state.me])) return;
  box.dataset.drawn = JSON.stringify([state.people, state.me]);
  const hadFocus = box.contains(document.activeElement);
  box.replaceChildren(...state.people.map((name) => {
    const input = element('input', { type: 'radio', name: 'me', value: name, 'data-testid': `as-${name}` });
    input.checked = name === state.me;
    input.addEventListener('change', () => { me = name; listen(); });
    return element('label', { class: 'person' }, input,
      element('span', { class: `avatar small tone-${name.charCodeAt(0) % 5}`, 'aria-hidden': 'true' }, name[0].toUpperCase()),
      name);
  }));
  if (hadFocus) box.querySelector('input:checked')?.focus();
}

function draw(state) {
  find('team-name').textContent = state.team;
  find('team-icon').textContent = state.team.slice(0, 1);
  find('me-name').textContent = `@${state.me}`;
  find('channel-name').textContent = state.channel.display_name;
  find('channel-link').textContent = state.channel.display_name;
  drawPeople(state);
  drawPosts(find('posts'), state, click);
  const isEmpty = state.posts.length + state.ephemerals.length === 0;
  find('empty').hidden = !isEmpty;
  drawTeleport(state.teleport, resolve);
}

function show(state) {
  find('connection').textContent = 'Live';
  find('connection').classList.add('live');
  draw(state);
  document.body.dataset.ready = 'true';
}

// Shows the state once, for taking pictures. A browser that waits until the network is quiet would wait forever for the events.
async function showOnce() {
  show(await (await fetch(`/sandbox/state?as=${encodeURIComponent(me)}`)).json());
}

function listen() {
  events?.close();
  events = new EventSource(`/sandbox/events?as=${encodeURIComponent(me)}`);
  events.onmessage = (event) => show(JSON.parse(event.data));
  events.onerror = () => {
    find('connection').textContent = 'Connecting…';
    find('connection').classList.remove('live');
    // A browser gives up after an answer that is not an event stream, such as a proxy's error page.
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, 1000);
  };
}

find('request-form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  const roles = form.get('roles').split(',').map((role) => role.trim()).filter(Boolean);
  try {
    const { id } = await call('POST', '/sandbox/requests', { user: form.get('user').trim(), roles, reason: form.get('reason') });
    say(`Request ${id} is pending.`);
  } catch (error) {
    say(error.message, true);
  }
});

if (query.has('still')) showOnce(); else listen();
