/** An instance of the pool, as EC2 shows it. Ended ones are shown for about an hour. */
export interface Ec2Instance {
  readonly instanceId: string;
  /** The node that it was launched for. */
  readonly nodeId: string;
  readonly slot: number;
  readonly state: 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped';
  /** Undefined once it has ended. */
  readonly privateIp: string | undefined;
  /** Milliseconds since the Unix epoch. */
  readonly launchedAt: number;
  /** Of one that EC2 may take away. */
  readonly spotRequestId: string | undefined;
  /** Somebody has given it the tag `shoal:retire`. */
  readonly isRetired: boolean;
  /** Why it is in this state, in EC2's words. */
  readonly reason: string;
}

/** Where an instance may be launched. What is left out is as in the launch template. */
export interface Place {
  readonly subnet?: string | undefined;
  readonly instanceType?: string | undefined;
}

export interface LaunchRequest {
  readonly place: Place;
  /** EC2 launches one instance for it at most, however often it is asked. */
  readonly clientToken: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly userData: string;
}

/** What the provisioner asks of EC2. Each call may fail with an `Ec2Refusal`, or with what broke the connection. */
export interface Ec2Api {
  /** All instances of the pool, by its tag. One that was just launched may be missing for some seconds. */
  instances(): Promise<readonly Ec2Instance[]>;
  launch(request: LaunchRequest): Promise<Ec2Instance>;
  /** Ends instances for ever. */
  terminate(instanceIds: readonly string[]): Promise<void>;
  /** The end of what the instance has written to its console. */
  consoleTail(instanceId: string): Promise<string>;
  /** Of these requests for spot instances, those whose instance EC2 is about to take away. */
  interrupted(spotRequestIds: readonly string[]): Promise<ReadonlySet<string>>;
}

/** EC2 has understood and said no. */
export class Ec2Refusal extends Error {
  /** EC2's code, such as `InsufficientInstanceCapacity`. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** Nothing was launched in this place, and another one may have room. */
  get isOfPlace(): boolean {
    return OF_PLACE.has(this.code);
  }

  /** The token was used before, with other parameters: there is an instance for it. */
  get isOfToken(): boolean {
    return this.code === 'IdempotentParameterMismatch';
  }
}

/** Source: "Error codes for the Amazon EC2 API". */
const OF_PLACE: ReadonlySet<string> = new Set([
  'InsufficientInstanceCapacity',
  'InsufficientHostCapacity',
  'InsufficientReservedInstanceCapacity',
  'InsufficientFreeAddressesInSubnet',
  'InsufficientCapacity',
  'InstanceLimitExceeded',
  'MaxSpotInstanceCountExceeded',
  'SpotMaxPriceTooLow',
  'Unsupported',
  'UnsupportedOperation',
  'VcpuLimitExceeded',
]);

/** Every type in every subnet, the types in their order first. */
export function placesOf(
  subnets: readonly string[] | undefined,
  instanceTypes: readonly string[] | undefined,
): [Place, ...Place[]] {
  const places = (instanceTypes ?? [undefined]).flatMap((instanceType) =>
    (subnets ?? [undefined]).map((subnet): Place => ({ subnet, instanceType })),
  );
  return places as [Place, ...Place[]];
}
