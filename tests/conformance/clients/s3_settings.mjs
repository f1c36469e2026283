// The AWS SDK for JavaScript: what belongs to a bucket of S3, set, read and removed.
import * as S3 from '@aws-sdk/client-s3';

const s3 = new S3.S3Client({});
const Bucket = 'node-settings';
const POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::000000000000:root' },
      Action: 's3:GetObject',
      Resource: `arn:aws:s3:::${Bucket}/*`,
    },
  ],
});
const RULE = { ID: 'old', Status: 'Enabled', Filter: { Prefix: 'tmp/' }, Expiration: { Days: 1 } };
const SSE = { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } };
const BLOCKED = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: false,
  RestrictPublicBuckets: false,
};
// What is set with Put, read with Get and removed with Delete; versioning stays.
const SETTINGS = {
  BucketVersioning: { VersioningConfiguration: { Status: 'Enabled' } },
  BucketTagging: { Tagging: { TagSet: [{ Key: 'team', Value: 'dogs + cats' }] } },
  BucketPolicy: { Policy: POLICY },
  BucketCors: {
    CORSConfiguration: { CORSRules: [{ AllowedMethods: ['GET'], AllowedOrigins: ['*'] }] },
  },
  BucketLifecycleConfiguration: { LifecycleConfiguration: { Rules: [RULE] } },
  PublicAccessBlock: { PublicAccessBlockConfiguration: BLOCKED },
  BucketOwnershipControls: {
    OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
  },
  BucketEncryption: { ServerSideEncryptionConfiguration: { Rules: [SSE] } },
};
const REMOVED = {
  BucketLifecycleConfiguration: 'BucketLifecycle',
  BucketVersioning: null,
};
const READ = [
  'BucketLocation',
  'BucketAcl',
  'BucketAccelerateConfiguration',
  'BucketRequestPayment',
  'BucketLogging',
  'BucketNotificationConfiguration',
];

async function ask(name, input = {}) {
  const { $metadata, ...answer } = await s3.send(new S3[`${name}Command`]({ Bucket, ...input }));
  return { status: $metadata.httpStatusCode, ...answer };
}

async function refusal(name) {
  return ask(name).then(
    () => 'answered',
    (error) => error.name,
  );
}

await ask('CreateBucket');
const found = { missing: [] };
for (const name of ['GetBucketWebsite', 'GetBucketReplication', 'GetObjectLockConfiguration']) {
  found.missing.push(await refusal(name));
}
found.closed = (await ask('PutBucketAcl', { ACL: 'private' })).status;
for (const name of READ) found[name] = await ask(`Get${name}`);
for (const [name, input] of Object.entries(SETTINGS)) {
  await ask(`Put${name}`, input);
  found[name] = await ask(`Get${name}`);
}
found.BucketPolicyStatus = await ask('GetBucketPolicyStatus');
found.policy = found.BucketPolicy.Policy === POLICY;
found.removed = [];
for (const name of Object.keys(SETTINGS)) {
  const called = name in REMOVED ? REMOVED[name] : name;
  if (called) found.removed.push((await ask(`Delete${called}`)).status);
}
found.deleted = (await ask('DeleteBucket')).status;
console.log(JSON.stringify(found));
