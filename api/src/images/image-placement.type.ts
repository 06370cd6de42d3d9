import { Field, Int, ObjectType } from 'type-graphql';

@ObjectType('ImagePlace', { description: "What one node holds of an image's newest version." })
export class ImagePlaceType {
  @Field(() => String, { description: "The node's label on the ring." })
  node!: string;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether a read of the original would be a hit there. Null while the node does not answer.',
  })
  hasOriginal!: boolean | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Renderings that it holds. Null while the node does not answer.',
  })
  renderings!: number | null;
}

@ObjectType('ImagePlacement', { description: 'In which nodes an image is looked for now.' })
export class ImagePlacementType {
  @Field(() => ImagePlaceType, {
    nullable: true,
    description: 'The node that the ring gives for the key. Null while the pool has none.',
  })
  owner!: ImagePlaceType | null;

  @Field(() => ImagePlaceType, {
    nullable: true,
    description: 'The node that takes reads while the owner does not. Null while it does.',
  })
  standIn!: ImagePlaceType | null;

  @Field(() => [ImagePlaceType], {
    description: 'The owners by the rings before, while entries are being copied after a resize.',
  })
  previousOwners!: ImagePlaceType[];
}
