import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { policyText } from '../../src/cli/policy-template.js';

const TEMPLATE = { name: 'my-policy', file: 'my-policy.ts', libraryUrl: '' };

test('the page shows the file that is written', () => {
  const page = readFileSync(new URL('../../docs/policies/your-own.md', import.meta.url), 'utf8');
  expect(/```ts\n(.*?)```/s.exec(page)![1]).toBe(policyText({ ...TEMPLATE, typed: true }));
});

test('without types it is the same file but for the types', () => {
  const typed = policyText({ ...TEMPLATE, typed: true });
  const plain = policyText({ ...TEMPLATE, typed: false });
  expect(plain).not.toMatch(/^import|: PolicyKit|: AdmissionPolicy/m);
  expect(plain).toBe(
    typed
      .replace(/\/\/ Types for the editor.*?\n\n/s, '')
      .replace(': PolicyKit', '')
      .replace(': AdmissionPolicy', ''),
  );
});
