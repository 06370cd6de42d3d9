import { Arg, Authorized, Mutation, Query, Resolver } from 'type-graphql';
import type { Audience } from '../access/role.ts';
import { SetPoolModeInput } from './scaling.input.ts';
import type { ScalingPolicies } from './scaling-policies.ts';
import type { ScalingPolicy } from './scaling-policy.ts';
import { ScalingPolicyType } from './scaling.type.ts';

@Resolver(() => ScalingPolicyType)
export class ScalingResolver {
  readonly #policies: ScalingPolicies;

  constructor(policies: ScalingPolicies) {
    this.#policies = policies;
  }

  @Authorized<Audience>('VIEWER', 'AUTOSCALER')
  @Query(() => ScalingPolicyType, {
    description: 'Who sets the desired size, and what the autoscaler goes by.',
  })
  async scalingPolicy(): Promise<ScalingPolicy> {
    return await this.#policies.read();
  }

  @Authorized<Audience>('OPERATOR')
  @Mutation(() => ScalingPolicyType, {
    description:
      'Changes who sets the desired size, and what the autoscaler goes by. What is left out stays as it is; a policy that contradicts itself is refused.',
  })
  async setPoolMode(
    @Arg('input', () => SetPoolModeInput, { description: 'What is to change.' }) input: SetPoolModeInput,
  ): Promise<ScalingPolicy> {
    return await this.#policies.change(input);
  }
}
