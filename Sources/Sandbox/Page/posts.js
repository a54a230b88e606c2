// The channel: posts, their attachments and buttons, replies and ephemeral answers. A post is drawn anew only when it changed,
// so that focus and the screen reader's place are kept.

import { clock, element, inline } from './markdown.js';

const drawn = new Map();

function field({ title, value, short }, me) {
  return element('div', { class: short ? 'field short' : 'field' },
    element('dt', {}, title), element('dd', {}, ...inline(value ?? '', me)));
}

function button(action, post, click) {
  const node = element('button', { type: 'button', class: `action ${action.style ?? 'default'}`, 'data-testid': action.id },
    action.name);
  node.addEventListener('click', () => click(post, action, node));
  return node;
}

function attachment(data, post, me, click) {
  const box = element('div', { class: 'attachment' });
  if (/^#[0-9a-f]{6}$/i.test(data.color ?? '')) box.style.borderLeftColor = data.color;
  if (data.pretext) box.append(element('p', {}, ...inline(data.pretext, me)));
  if (data.title) {
    const title = inline(data.title, me);
    const isLink = /^https?:\/\//.test(data.title_link ?? '');
    const link = { href: data.title_link, target: '_blank', rel: 'noopener noreferrer nofollow' };
    box.append(element('h3', {}, ...(isLink ? [element('a', link, ...title)] : title)));
  }
  if (data.text) box.append(element('p', {}, ...inline(data.text, me)));
  if (data.fields?.length) box.append(element('dl', {}, ...data.fields.map((each) => field(each, me))));
  if (data.actions?.length) {
    box.append(element('div', { class: 'actions' }, ...data.actions.map((each) => button(each, post, click))));
  }
  return box;
}

function body(post, me, click) {
  const teleport = post.props.teleport ?? {};
  const isBot = post.props.from_bot === 'true';
  return element('article', {
    class: post.root_id ? 'post reply' : 'post', 'data-testid': 'post', 'data-post-id': post.id,
    'data-request-id': teleport.request_id, 'data-state': teleport.state,
  },
    element('span', { class: isBot ? 'avatar bot' : `avatar tone-${post.username.charCodeAt(0) % 5}`, 'aria-hidden': 'true' },
      isBot ? '' : post.username[0].toUpperCase()),
    element('div', { class: 'content' },
      element('p', { class: 'byline' },
        element('strong', {}, post.username), isBot ? element('span', { class: 'tag' }, 'BOT') : null,
        element('time', { datetime: new Date(post.create_at).toISOString() }, clock(post.create_at)),
        post.edit_at ? element('span', { class: 'edited' }, 'Edited') : null),
      post.message ? element('p', { class: 'message' }, ...inline(post.message, me)) : null,
      ...(post.props.attachments ?? []).map((each) => attachment(each, post, me, click))));
}

function ephemeral(answer, me) {
  return element('article', { class: 'post ephemeral', 'data-testid': 'ephemeral', 'data-post-id': answer.post_id },
    element('span', { class: 'avatar system', 'aria-hidden': 'true' }),
    element('div', { class: 'content' },
      element('p', { class: 'byline' }, element('strong', {}, 'System'),
        element('time', { datetime: new Date(answer.create_at).toISOString() }, clock(answer.create_at)),
        element('span', { class: 'only-you' }, '(Only visible to you)')),
      element('p', { class: 'message', 'data-testid': 'ephemeral-text' }, ...inline(answer.message, me))));
}

/** Puts the list into the state's order, touching only what changed. */
export function drawPosts(container, state, click) {
  const items = [
    ...state.posts.map((post) => ({ at: post.create_at, id: post.id, data: post, make: () => body(post, state.me, click) })),
    ...state.ephemerals.map((each) => ({ at: each.create_at, id: each.id, data: each, make: () => ephemeral(each, state.me) })),
  ].sort((left, right) => left.at - right.at);
  const wasAtEnd = container.scrollHeight - container.scrollTop - container.clientHeight < 80;
  const known = new Set(items.map((item) => item.id));
  for (const [id, { node }] of drawn) {
    if (!known.has(id)) { node.remove(); drawn.delete(id); }
  }
  let grew = false;
  items.forEach((item, index) => {
    const text = JSON.stringify([item.data, state.me]);
    let entry = drawn.get(item.id);
    if (entry?.text !== text) {
      const node = item.make();
      if (entry) entry.node.replaceWith(node); else grew = true;
      entry = { text, node };
      drawn.set(item.id, entry);
    }
    if (container.children[index] !== entry.node) container.insertBefore(entry.node, container.children[index] ?? null);
  });
  if (grew && wasAtEnd) container.scrollTop = container.scrollHeight;
}
