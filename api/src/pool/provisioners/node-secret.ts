import type { SSMClientConfig } from '@aws-sdk/client-ssm';

/**
 * The secret that nodes ask for, from the SSM parameter that they read it from too. The SDK is loaded only here.
 * @throws with the reason and the remedy
 */
export async function readNodeSecret(parameter: string, client: SSMClientConfig = {}): Promise<string> {
  const { SSM } = await import('@aws-sdk/client-ssm');
  const ssm = new SSM(client);
  try {
    const { Parameter } = await ssm.getParameter({ Name: parameter, WithDecryption: true });
    const secret = Parameter?.Value ?? '';
    if (!/^[\x21-\x7e]{16,200}$/.test(secret))
      throw new Error('it must be 16 to 200 letters, digits and signs');
    return secret;
  } catch (error) {
    const { name, message } = error as Error;
    const reason = name === 'Error' ? message : `${name}: ${message}`;
    throw new Error(`The secret of the nodes can't be had from the SSM parameter ${parameter}: ${reason}`, {
      cause: error,
    });
  } finally {
    ssm.destroy();
  }
}
