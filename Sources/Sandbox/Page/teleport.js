// The side panel: requests as Teleport itself has them, and whether a plugin watches.

import { clock, element } from './markdown.js';

function facts(request) {
  const rows = [['User', request.user], ['Roles', request.roles.join(', ')]];
  if (request.reason) rows.push(['Reason', request.reason]);
  if (request.state !== 'PENDING') rows.push(['Delegator', request.delegator || 'none: decided with tctl']);
  if (request.resolve_reason) rows.push(['Decided with', request.resolve_reason]);
  return element('dl', {}, ...rows.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]));
}

function tctl(request, resolve) {
  const make = (name, action, testid) => {
    const node = element('button', { type: 'button', class: 'quiet', 'data-testid': testid, title: `As tctl would` }, name);
    node.addEventListener('click', () => resolve(request, action));
    return node;
  };
  const buttons = request.state === 'PENDING'
    ? [make('approve', 'approved', 'tctl-approve'), make('deny', 'denied', 'tctl-deny')] : [];
  return element('p', { class: 'tctl' }, element('code', {}, 'tctl'), ...buttons, make('rm', 'delete', 'tctl-delete'));
}

export function drawTeleport(teleport, resolve) {
  const list = document.getElementById('teleport-requests');
  const isWatched = (teleport?.watchers ?? 0) > 0;
  const plugin = document.getElementById('plugin');
  plugin.dataset.connected = String(isWatched);
  plugin.lastElementChild.textContent = isWatched ? 'Plugin connected, watching requests' : 'Waiting for the plugin to connect';
  document.getElementById('teleport-cluster').textContent = teleport ? `${teleport.cluster} · ${teleport.version}` : '';
  document.getElementById('teleport-empty').hidden = Boolean(teleport?.requests.length);
  const text = JSON.stringify(teleport?.requests ?? []);
  if (list.dataset.drawn === text) return;
  list.dataset.drawn = text;
  list.replaceChildren(...(teleport?.requests ?? []).toReversed().map((request) => element('li', {
    'data-testid': 'teleport-request', 'data-request-id': request.id, 'data-state': request.state,
    'data-delegator': request.delegator,
  },
    element('p', { class: 'line' },
      element('span', { class: `badge ${request.state.toLowerCase()}` }, request.state),
      element('time', { datetime: new Date(request.created_at).toISOString() }, clock(request.created_at))),
    element('code', { class: 'id', title: request.id }, request.id), facts(request), tctl(request, resolve))));
}
