export const ERROR = 'ERROR';
export const BAD_FORMAT = 'CLIENT_ERROR bad command line format';
export const BAD_CHUNK = 'CLIENT_ERROR bad data chunk';
export const TOO_LARGE = 'SERVER_ERROR object too large for cache';
export const NO_MEMORY = 'SERVER_ERROR out of memory storing object';
export const BAD_EXPTIME = 'CLIENT_ERROR invalid exptime argument';
export const NON_NUMERIC = 'CLIENT_ERROR cannot increment or decrement non-numeric value';
