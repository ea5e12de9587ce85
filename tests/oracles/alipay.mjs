// Talks to a cashier with Alipay's own SDK, and checks with it what we signed. Reads one JSON task, prints one JSON answer.
import { AlipaySdk } from 'alipay-sdk';
import { readFileSync } from 'node:fs';
import { getSN } from './node_modules/alipay-sdk/dist/esm/antcertutil.js';

const task = JSON.parse(readFileSync(0, 'utf8'));
const answer = {};
if (task.certificates) {
  answer.app = getSN(task.certificates.app, false);
  answer.root = getSN(task.certificates.root, true);
}
if (task.appId) {
  const sdk = new AlipaySdk({
    appId: task.appId,
    privateKey: task.privateKey,
    keyType: 'PKCS8',
    alipayPublicKey: task.alipayPublicKey,
    gateway: task.gateway,
  });
  if (task.notice) answer.notice = sdk.checkNotifySignV2(task.notice);
  if (task.check) answer.check = sdk.rsaCheck(task.check.content, task.check.sign, 'RSA2');
  if (task.page) {
    const [method, bizContent, extra] = task.page;
    answer.get = sdk.pageExec(method, 'GET', { bizContent, ...extra });
    answer.post = sdk.pageExec(method, 'POST', { bizContent, ...extra });
  }
  for (const [name, method, bizContent] of task.exec ?? []) {
    answer[name] = await sdk.exec(method, { bizContent });
  }
}
console.log(JSON.stringify(answer));
