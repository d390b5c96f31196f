/**
 * @file A process that certifies claims of its own, one after another: `node certificate-child.js FOLDER NAME
 * COUNT`.
 */
import { writeCertificate } from '../../src/train/certificate.js';

const [folder, name, count] = process.argv.slice(2);

process.send?.('ready');
process.once('message', async () => {
  for (let i = 0; i < Number(count); i++)
    await writeCertificate(folder!, {
      schema: 1,
      codeDigest: 'abc',
      engine: 'float64',
      claims: { [`${name}-${i}`]: 'pass' },
      objectives: { [`${name}-${i}`]: [name!] },
    });
  process.disconnect();
});
