// `node --import ci/slurm/registry.mjs`: the command line knows the experiment of the Slurm test, and it alone.
import { register } from 'node:module';

const TEST = new URL('../../dist/tests/slurm/experiment.js', import.meta.url).href;

const hooks = `export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  return found.url.endsWith('/dist/experiments/registry.js') ? { ...found, url: ${JSON.stringify(TEST)} } : found;
}`;

register(`data:text/javascript,${encodeURIComponent(hooks)}`);
