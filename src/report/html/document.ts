/** @file The frame of a page that needs nothing but itself. */
import { createHash } from 'node:crypto';
import { escapeHtml } from './escape.js';

export interface PageParts {
  readonly title: string;
  readonly style: string;
  readonly script?: string;
  /** HTML; its text is escaped already. */
  readonly body: string;
  /** Pictures inside the page, as data. */
  readonly pictures?: boolean;
}

const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** A whole page; only its own style and script may run in it, and nothing is fetched. */
export function page({ title, style, script, body, pictures = false }: PageParts): string {
  const policy = [
    "default-src 'none'",
    `style-src ${hash(style)}`,
    ...(script === undefined ? [] : [`script-src ${hash(script)}`]),
    ...(pictures ? ['img-src data:'] : []),
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
${body}
${script === undefined ? '' : `<script>${script}</script>\n`}</body>
</html>
`;
}
