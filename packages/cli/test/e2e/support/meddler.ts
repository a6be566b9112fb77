import { execFileSync, spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Whether processes can be meddled with here: it takes Linux and a C compiler. */
export const canMeddle = process.platform === "linux" && spawnSync("cc", ["--version"]).status === 0;

export interface Meddling {
  /** A part of the paths of the files that are meant; default none. */
  readonly writing?: string;
  /** How much may be written to them before it happens; default 0. */
  readonly after?: number;
  /** A command of the shell that is then run, once. Without one the disk is full from then on. */
  readonly command?: string;
  /** Seconds by which the clock is put on; negative to set it back. The times of files are not changed by it. */
  readonly clock?: number;
}

/**
 * Makes a library in a folder that, loaded before others, lets something happen to a process at the moment at which it writes a
 * certain file: what no test could time from outside.
 * @returns what gives the environment of such a process
 */
export async function makeMeddler(folder: string): Promise<(meddling: Meddling) => NodeJS.ProcessEnv> {
  const [source, library] = [join(folder, "meddler.c"), join(folder, "meddler.so")];
  await writeFile(source, code);
  execFileSync("cc", ["-shared", "-fPIC", "-o", library, source, "-ldl"]);
  return ({ writing, after = 0, command, clock = 0 }) => ({
    LD_PRELOAD: library,
    MEDDLE_WRITING: writing,
    MEDDLE_AFTER: String(after),
    MEDDLE_CLOCK: String(clock),
    MEDDLE_COMMAND: command === undefined ? undefined : `unset LD_PRELOAD; ${command}`,
  });
}

const code = `#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
static long written;
static int over;
static long bytes_of(const struct iovec *from, int count) {
  long bytes = 0;
  for (int i = 0; i < count; i++) bytes += from[i].iov_len;
  return bytes;
}
static int full(int fd, long bytes) {
  const char *part = getenv("MEDDLE_WRITING"), *command = getenv("MEDDLE_COMMAND");
  if (!part || (command && over)) return 0;
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  if (!strstr(path, part)) return 0;
  if (__sync_add_and_fetch(&written, bytes) <= atol(getenv("MEDDLE_AFTER"))) return 0;
  if (!command) return 1;
  if (__sync_lock_test_and_set(&over, 1)) return 0;
  if (system(command) != 0) abort();
  return 0;
}
#define WRAP(name, bytes, parameters, arguments) \\
  ssize_t name parameters { \\
    ssize_t (*real) parameters = dlsym(RTLD_NEXT, #name); \\
    if (full(fd, bytes)) { errno = ENOSPC; return -1; } \\
    return real arguments; \\
  }
int clock_gettime(clockid_t clock, struct timespec *now) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
  int result = real(clock, now);
  const char *shift = getenv("MEDDLE_CLOCK");
  if (shift && clock == CLOCK_REALTIME) now->tv_sec += atol(shift);
  return result;
}
int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  struct timespec exact;
  int result = clock_gettime(CLOCK_REALTIME, &exact);
  now->tv_sec = exact.tv_sec;
  now->tv_usec = exact.tv_nsec / 1000;
  return result;
}
WRAP(write, count, (int fd, const void *from, size_t count), (fd, from, count))
WRAP(pwrite, count, (int fd, const void *from, size_t count, off_t at), (fd, from, count, at))
WRAP(pwrite64, count, (int fd, const void *from, size_t count, off64_t at), (fd, from, count, at))
WRAP(writev, bytes_of(from, count), (int fd, const struct iovec *from, int count), (fd, from, count))
WRAP(pwritev, bytes_of(from, count), (int fd, const struct iovec *from, int count, off_t at), (fd, from, count, at))
WRAP(pwritev64, bytes_of(from, count), (int fd, const struct iovec *from, int count, off64_t at), (fd, from, count, at))
`;
