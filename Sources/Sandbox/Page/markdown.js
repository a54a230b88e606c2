// Mattermost's inline markdown, as far as cards use it: code, bold, italics, links, mentions, emoji. Text only ever becomes
// text nodes, so nothing that people write can become markup.

const EMOJI = { '⏳': 'pending', '✅': 'approved', '❌': 'denied', '⌛': 'expired', '❔': 'unknown' };
const TOKEN = new RegExp([
  '(?<code>(?<ticks>`+)(?!`)(?<inner>[\\s\\S]*?[^`])\\k<ticks>(?!`))',
  '(?<bold>\\*\\*(?<strong>[^*\\n]+)\\*\\*)',
  '(?<italic>(?<![\\w*_])[*_](?<em>[^*_\\n]+)[*_](?![\\w*_]))',
  '(?<link>\\[(?<label>[^\\]\\n]+)\\]\\((?<target>[^)\\s]+)\\))',
  '(?<bare>https?:\\/\\/[^\\s<>"\'`]+)',
  '(?<mention>(?<![\\w@])@[a-z0-9][a-z0-9._-]*)',
  '(?<escape>\\\\[\\\\`*_{}\\[\\]()#+\\-.!@~|<>:])',
  '(?<emoji>[⏳✅❌⌛❔])',
].join('|'), 'giu');

export function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) node.setAttribute(key, value === true ? '' : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function link(target, label) {
  if (!/^(https?|mailto):/i.test(target)) return document.createTextNode(label);
  return element('a', { href: target, target: '_blank', rel: 'noopener noreferrer nofollow' }, label);
}

function token({ groups }, me) {
  if (groups.code) return element('code', {}, groups.inner.replace(/^ (.*[^ ].*) $/s, '$1'));
  if (groups.bold) return element('strong', {}, ...inline(groups.strong, me));
  if (groups.italic) return element('em', {}, ...inline(groups.em, me));
  if (groups.link) return link(groups.target, groups.label);
  if (groups.bare) return link(groups.bare, groups.bare);
  if (groups.mention) return element('span', { class: groups.mention === `@${me}` ? 'mention me' : 'mention' }, groups.mention);
  if (groups.emoji) return element('span', { class: `emoji ${EMOJI[groups.emoji]}`, role: 'img', 'aria-label': groups.emoji });
  return document.createTextNode(groups.escape.slice(1));
}

/** The nodes of a piece of markdown; line breaks stay by `white-space: pre-line`. */
export function inline(text, me) {
  const nodes = [];
  let end = 0;
  for (const match of String(text).matchAll(TOKEN)) {
    if (match.index > end) nodes.push(text.slice(end, match.index));
    nodes.push(token(match, me));
    end = match.index + match[0].length;
  }
  if (end < text.length) nodes.push(text.slice(end));
  return nodes;
}

export function clock(milliseconds) {
  return new Date(milliseconds).toLocaleTimeString([], { hour: 'numeric', minute: '2-digit' });
}
