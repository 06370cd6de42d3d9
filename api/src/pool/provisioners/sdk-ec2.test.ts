import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SYSTEM_CLOCK } from '../reconciling/clock.ts';
import type { Ec2Api } from './ec2-api.ts';
import { openSdkEc2 } from './sdk-ec2.ts';

// What a stand-in for AWS never says, said here by a server of our own.
describe('EC2 through the SDK', () => {
  let server: Server;
  let answers: [status: number, body: string][];
  let requests: URLSearchParams[];
  let api: Ec2Api;

  beforeEach(async () => {
    answers = [];
    requests = [];
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += chunk));
      request.on('end', () => {
        requests.push(new URLSearchParams(body));
        const [status, text] = answers.shift() ?? [500, ''];
        response.writeHead(status, { 'content-type': 'text/xml' }).end(text);
      });
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    api = await openSdkEc2({
      client: {
        endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        region: 'eu-central-1',
        credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      },
      pool: 'test',
      launchTemplate: 'lt-0a:7',
      clock: SYSTEM_CLOCK,
      random: () => 0,
    });
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('is asked again when it asks to be spared, with the same token', async () => {
    answers = [refusal('RequestLimitExceeded', 503), refusal('Throttling', 400), [200, launched('i-7')]];
    const request = {
      place: { subnet: 'subnet-1', instanceType: 'r7g.large' },
      clientToken: 't',
      tags: { a: 'b' },
      userData: 'hi',
    };
    expect(await api.launch(request)).toMatchObject({
      instanceId: 'i-7',
      nodeId: 'n',
      slot: 3,
      privateIp: '10.0.0.7',
    });
    expect(requests.map((each) => each.get('ClientToken'))).toEqual(['t', 't', 't']);
    expect(Object.fromEntries(requests[2]!)).toMatchObject({
      'LaunchTemplate.LaunchTemplateId': 'lt-0a',
      'LaunchTemplate.Version': '7',
      SubnetId: 'subnet-1',
      InstanceType: 'r7g.large',
      MaxCount: '1',
      UserData: Buffer.from('hi').toString('base64'),
    });
  });

  it('tells its refusals by their codes, and what must be allowed', async () => {
    answers = [refusal('InsufficientInstanceCapacity', 400), refusal('UnauthorizedOperation', 403)];
    const request = { place: {}, clientToken: 't', tags: {}, userData: '' };
    await expect(api.launch(request)).rejects.toMatchObject({
      code: 'InsufficientInstanceCapacity',
      isOfPlace: true,
    });
    await expect(api.instances()).rejects.toThrow(
      'The role of the api may not ec2:DescribeInstances: allow it',
    );
  });

  it('lists page by page, and leaves out what is not ours', async () => {
    const page = (ids: string, next: string) =>
      `<DescribeInstancesResponse><reservationSet><item><instancesSet>${ids}</instancesSet></item></reservationSet>${next}</DescribeInstancesResponse>`;
    answers = [
      [200, page(item('i-1') + '<item><instanceId>i-x</instanceId></item>', '<nextToken>more</nextToken>')],
      [200, page(item('i-2'), '')],
    ];
    expect((await api.instances()).map(({ instanceId }) => instanceId)).toEqual(['i-1', 'i-2']);
    expect(requests[1]!.get('NextToken')).toBe('more');
    expect(requests[0]!.get('Filter.1.Name')).toBe('tag:shoal:pool');
  });

  it('knows which spot instances are marked', async () => {
    const request = (id: string, code: string) =>
      `<item><spotInstanceRequestId>${id}</spotInstanceRequestId><status><code>${code}</code></status></item>`;
    const marked = request('sir-1', 'fulfilled') + request('sir-2', 'marked-for-termination');
    answers = [
      [
        200,
        `<DescribeSpotInstanceRequestsResponse><spotInstanceRequestSet>${marked}</spotInstanceRequestSet></DescribeSpotInstanceRequestsResponse>`,
      ],
    ];
    expect(await api.interrupted(['sir-1', 'sir-2'])).toEqual(new Set(['sir-2']));
  });

  it('ends the others where one is gone already, and gives the end of a console in one line', async () => {
    answers = [
      refusal('InvalidInstanceID.NotFound', 400),
      refusal('InvalidInstanceID.NotFound', 400),
      [200, '<TerminateInstancesResponse/>'],
    ];
    await api.terminate(['i-1', 'i-2']);
    expect(requests.map((each) => each.get('InstanceId.1'))).toEqual(['i-1', 'i-1', 'i-2']);
    const output = Buffer.from(`${'.'.repeat(900)}\n\x1b[31mdnf:\x1b[0m no route\r\n`).toString('base64');
    answers = [[200, `<GetConsoleOutputResponse><output>${output}</output></GetConsoleOutputResponse>`]];
    expect(await api.consoleTail('i-1')).toMatch(/^\.{486} dnf: no route$/);
  });
});

function refusal(code: string, status: number): [number, string] {
  return [
    status,
    `<Response><Errors><Error><Code>${code}</Code><Message>${code}.</Message></Error></Errors></Response>`,
  ];
}

function item(id: string): string {
  const tag = (key: string, value: string) => `<item><key>${key}</key><value>${value}</value></item>`;
  return `<item><instanceId>${id}</instanceId><instanceState><name>running</name></instanceState><privateIpAddress>10.0.0.7</privateIpAddress><tagSet>${tag('shoal:node', 'n')}${tag('shoal:slot', '3')}</tagSet></item>`;
}

function launched(id: string): string {
  return `<RunInstancesResponse><instancesSet>${item(id)}</instancesSet></RunInstancesResponse>`;
}
