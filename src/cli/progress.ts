/** @file One line of progress on stderr: rewritten in place on a terminal, left out elsewhere. */
export interface Progress {
  show(text: string): void;
  clear(): void;
}

export function progressOn(stream: NodeJS.WriteStream = process.stderr): Progress {
  if (!stream.isTTY) return { show: () => {}, clear: () => {} };
  const erase = '\r\u001b[2K';
  return {
    show: text => void stream.write(erase + text.slice(0, (stream.columns || 80) - 1)),
    clear: () => void stream.write(erase),
  };
}
