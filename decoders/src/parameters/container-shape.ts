import type { Derivation } from './derivation.ts';
import type { ParameterSpec } from './parameter.ts';

/** The container under a distance sensor. Left out until the height is given. */
export const CONTAINER_SHAPE: Readonly<Record<string, ParameterSpec>> = {
  height: {
    title: 'Height of the container from its bottom to where it is full',
    titleFr: 'Hauteur du contenant, du fond au niveau plein',
    type: 'number',
    unit: 'cm',
    minimum: 1,
    maximum: 2_000,
  },
  gap: {
    title: 'From the sensor down to where the container is full',
    titleFr: 'Distance du capteur au niveau plein',
    type: 'number',
    unit: 'cm',
    minimum: 0,
    maximum: 1_000,
    default: 0,
  },
  shape: {
    title: 'Shape: straight walls, a cylinder on its side, or a ball',
    titleFr: 'Forme : parois droites, cylindre couché ou sphère',
    type: 'choice',
    choices: ['upright', 'lying', 'ball'],
    default: 'upright',
  },
};

export const CONTAINER_FILLED: readonly Derivation[] = [
  {
    from: { quantity: 'bin.distance' },
    to: { quantity: 'bin.fill' },
    vessel: { height: { parameter: 'height' }, gap: { parameter: 'gap' }, shape: { parameter: 'shape' } },
  },
];
