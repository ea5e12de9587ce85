// An independent, certified OpenID provider whose login is scripted: `login_hint` names who signs in.
// It leads back to the address given as argument.
import http from 'node:http'
import Provider from 'oidc-provider'

const ACCOUNTS = {
  li: { name: '李雷', groups: ['staff', 'ncre-reviewers'] },
  han: { name: '韩梅梅', groups: ['ncre-reviewers'], shows: { acr: 'mfa', amr: ['pwd', 'otp'] } },
  zhang: { name: '张三', groups: ['canteen'] },
}
const client = (id) => ({
  client_id: id,
  client_secret: 'a-secret-long-enough-for-a-test',
  redirect_uris: [process.argv[2]],
})
const server = http.createServer()
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`
  const provider = new Provider(issuer, {
    clients: [client('ncre'), client('another')],
    acrValues: ['pwd', 'mfa'],
    claims: { openid: ['sub', 'acr', 'amr'], profile: ['name'], staff: ['groups'] },
    scopes: ['openid', 'profile', 'staff'],
    conformIdTokenClaims: false,
    cookies: { keys: ['for-a-test'] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...ACCOUNTS[id] }) }),
  })
  const handle = provider.callback()
  server.on('request', async (request, response) => {
    if (!request.url.startsWith('/interaction/')) return handle(request, response)
    const { prompt, params, session } = await provider.interactionDetails(request, response)
    if (prompt.name === 'login') {
      const who = params.login_hint ?? 'li'
      const login = { accountId: who, ...ACCOUNTS[who].shows }
      return provider.interactionFinished(request, response, { login })
    }
    const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id })
    grant.addOIDCScope(params.scope)
    const consent = { grantId: await grant.save() }
    return provider.interactionFinished(request, response, { consent }, { mergeWithLastSubmission: true })
  })
  console.log(issuer)
})
