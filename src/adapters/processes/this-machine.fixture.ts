/** This machine as a host of an inventory, without a service manager. */
export const THIS_MACHINE = {
  name: 'knox',
  transport: { kind: 'local' },
  become: null,
  manager: 'none',
  managerCommand: null,
} as const;
