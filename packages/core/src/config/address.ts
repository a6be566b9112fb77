/** Whether a path is an address such as `https://host/file.tif`. */
export function isAddress(path: string): boolean {
  return /^[a-z][a-z\d+.-]+:\/\//i.test(path);
}

export const addressFault = "inputs are read from files; download it and give the path of the local copy";
