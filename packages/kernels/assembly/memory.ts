/** The first address after the tables of all kernels. */
export function heapStart(): usize {
  return __heap_base;
}
