export const german: Readonly<Record<string, object>> = {};
