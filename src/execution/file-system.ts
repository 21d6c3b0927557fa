/** What is asked of folders, and what a file system's refusals mean, in words. */
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

export const reasonOf = (error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'EEXIST':
    case 'ENOTDIR':
      return 'there is a file of that name';
    case 'EISDIR':
      return 'there is a folder of that name';
    case 'ENOENT':
      return 'there is no such folder, and none can be made';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'no permission to write there';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full';
    default:
      return message;
  }
};

/**
 * One level at a time: with `recursive`, Node tries forever where a file system (/proc) takes no new folders. Others
 * may be making the same folders at the same time.
 */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await makeOne(folder);
  } catch (error) {
    const parent = dirname(folder);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === folder) throw error;
    await makeFolder(parent);
    await makeOne(folder);
  }
}

async function makeOne(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST' && (await stat(folder)).isDirectory();
    if (!isThere) throw error;
  }
}
