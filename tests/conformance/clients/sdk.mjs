// The AWS SDK for JavaScript: operations, paginators, refusals of IAM and STS. Tells what it found
// as JSON on its last line.
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetPolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListPoliciesCommand,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  paginateListAttachedRolePolicies,
  paginateListPolicies,
  paginateListRoles,
  waitUntilRoleExists,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';

const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: 'sts:AssumeRole',
    },
  ],
});
const READ = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }],
});
const MANAGED = 'arn:aws:iam::aws:policy/AWSLambda_FullAccess';
const TEXT = 'blanks + plus % & "quotes" Hündchen\nfeed';

const iam = new IAMClient({});
const sts = new STSClient({});
const role = { RoleName: `node-${process.env.NODE_ROLE ?? 'role'}` };

async function refusal(client, command) {
  try {
    await client.send(command);
    return ['answered'];
  } catch (error) {
    return [error.constructor.name, error.name, error.$metadata?.httpStatusCode, error.message];
  }
}

async function all(paginator, member) {
  const pages = [];
  for await (const page of paginator) pages.push(page[member]);
  return pages;
}

async function operations() {
  const found = { identity: (await sts.send(new GetCallerIdentityCommand({}))).Arn };
  const create = { ...role, AssumeRolePolicyDocument: TRUST, Path: '/node/', Description: TEXT };
  found.created = (await iam.send(new CreateRoleCommand(create))).Role.Arn;
  await waitUntilRoleExists({ client: iam, maxWaitTime: 5 }, role);
  const tags = [{ Key: 'team', Value: 'dogs' }, { Key: 'gone', Value: '' }];
  await iam.send(new TagRoleCommand({ ...role, Tags: tags }));
  await iam.send(new UntagRoleCommand({ ...role, TagKeys: ['gone'] }));
  await iam.send(new UpdateAssumeRolePolicyCommand({ ...role, PolicyDocument: TRUST }));
  const got = (await iam.send(new GetRoleCommand(role))).Role;
  found.role = [got.Description === TEXT, got.Tags, got.CreateDate instanceof Date];
  found.trust = decodeURIComponent(got.AssumeRolePolicyDocument) === TRUST;
  await policies(found);
  const listed = await all(paginateListRoles({ client: iam }, { PathPrefix: '/node/' }), 'Roles');
  found.listed = listed.flat().map((each) => each.RoleName);
  const session = { RoleArn: found.created, RoleSessionName: 'node-session' };
  const { Credentials } = await sts.send(new AssumeRoleCommand(session));
  found.expires = Credentials.Expiration > new Date();
  const worker = new STSClient({
    credentials: {
      accessKeyId: Credentials.AccessKeyId,
      secretAccessKey: Credentials.SecretAccessKey,
      sessionToken: Credentials.SessionToken,
    },
  });
  found.session = (await worker.send(new GetCallerIdentityCommand({}))).Arn;
  found.attached_delete = await refusal(iam, new DeleteRoleCommand(role));
  await iam.send(new DetachRolePolicyCommand({ ...role, PolicyArn: MANAGED }));
  await iam.send(new DeleteRolePolicyCommand({ ...role, PolicyName: 'inline' }));
  found.deleted = (await iam.send(new DeleteRoleCommand(role))).$metadata.httpStatusCode;
  return found;
}

async function policies(found) {
  const policy = { PolicyName: `${role.RoleName}-policy`, PolicyDocument: READ };
  const arn = (await iam.send(new CreatePolicyCommand(policy))).Policy.Arn;
  found.policy = (await iam.send(new GetPolicyCommand({ PolicyArn: arn }))).Policy.Arn === arn;
  await iam.send(new AttachRolePolicyCommand({ ...role, PolicyArn: MANAGED }));
  const attached = paginateListAttachedRolePolicies({ client: iam }, role);
  found.attached = (await all(attached, 'AttachedPolicies')).flat().map((each) => each.PolicyArn);
  await iam.send(new PutRolePolicyCommand({ ...role, PolicyName: 'inline', PolicyDocument: READ }));
  const inline = await iam.send(new GetRolePolicyCommand({ ...role, PolicyName: 'inline' }));
  found.inline = decodeURIComponent(inline.PolicyDocument) === READ;
  found.inline_names = (await iam.send(new ListRolePoliciesCommand(role))).PolicyNames;
  const own = await iam.send(new ListPoliciesCommand({ Scope: 'Local' }));
  found.own = own.Policies.some((each) => each.Arn === arn);
  const pages = await all(
    paginateListPolicies({ client: iam, pageSize: 400 }, { Scope: 'AWS' }),
    'Policies',
  );
  found.pages = pages.map((page) => page.length);
  found.managed = new Set(pages.flat().map((each) => each.Arn)).size;
}

async function refusals() {
  const nobody = new STSClient({
    credentials: { accessKeyId: 'AKIANOBODYKNOWSTHIS1', secretAccessKey: 'x'.repeat(40) },
  });
  const wrong = new STSClient({
    credentials: {
      accessKeyId: process.env.AWS_ACCESS_KEY_ID ?? process.env.KEY_FOR_A_WRONG_SECRET,
      secretAccessKey: 'x'.repeat(40),
    },
  });
  const create = { RoleName: 'kennel-administrator', AssumeRolePolicyDocument: TRUST };
  return {
    missing: await refusal(iam, new GetRoleCommand({ RoleName: 'nobody' })),
    exists: await refusal(iam, new CreateRoleCommand(create)),
    invalid: await refusal(iam, new GetRoleCommand({ RoleName: 'a b' })),
    malformed: await refusal(
      iam,
      new CreateRoleCommand({ RoleName: 'x', AssumeRolePolicyDocument: '{nonsense' }),
    ),
    'unknown key': await refusal(nobody, new GetCallerIdentityCommand({})),
    'wrong secret': await refusal(wrong, new GetCallerIdentityCommand({})),
  };
}

console.log(JSON.stringify({ ...(await operations()), refusals: await refusals() }));
