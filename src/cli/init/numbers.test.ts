import { expect, it } from 'vitest';
import { placesIn } from './numbers.ts';

it.each([
  ['', []],
  ['  ', []],
  ['1', [0]],
  ['3 1', [0, 2]],
  ['1,2', [0, 1]],
  ['1, 3-5', [0, 2, 3, 4]],
  ['2-2 2', [1]],
  ['0', '"0" is not within 1 to 5'],
  ['6', '"6" is not within 1 to 5'],
  ['4-6', '"4-6" is not within 1 to 5'],
  ['3-2', '"3-2" is not within 1 to 5'],
  ['all', '"all" is no number'],
  ['1-', '"1-" is no number'],
  ['9999999', '"9999999" is no number'],
])('%j', (answer, places) => {
  expect(placesIn(answer, 5)).toEqual(places);
});
