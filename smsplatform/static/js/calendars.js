// Days as serial numbers (days since 1970-01-01), and the two calendars that give them names.
import { jalaaliMonthLength, toGregorian, toJalaali } from "../vendor/jalaali/index.js";
import { digits, latin, persian } from "./words.js";

const DAY = 86_400_000;
const serial = (year, month, day) => Date.UTC(year, month - 1, day) / DAY;
const utc = (number) => new Date(number * DAY);
const pad = (value) => String(value).padStart(2, "0");

const gregorian = {
  firstWeekday: 1,
  holiday: null,
  locale: "en-GB",
  parts: (number) => [utc(number).getUTCFullYear(), utc(number).getUTCMonth() + 1, utc(number).getUTCDate()],
  day: serial,
  monthLength: (year, month) => new Date(Date.UTC(year, month, 0)).getUTCDate(),
  write: (year, month, day) => `${year}-${pad(month)}-${pad(day)}`,
};

const jalali = {
  firstWeekday: 6,
  holiday: 5,
  locale: "fa-IR-u-ca-persian",
  parts(number) {
    const { jy, jm, jd } = toJalaali(...gregorian.parts(number));
    return [jy, jm, jd];
  },
  day(year, month, day) {
    const { gy, gm, gd } = toGregorian(year, month, day);
    return serial(gy, gm, gd);
  },
  monthLength: jalaaliMonthLength,
  write: (year, month, day) => `${year}/${pad(month)}/${pad(day)}`,
};

/** The calendar of the page's language. */
export const calendar = persian ? jalali : gregorian;

export const weekday = (number) => utc(number).getUTCDay();

export const monthTitle = (year, month) => {
  const name = new Intl.DateTimeFormat(calendar.locale, { month: "long", timeZone: "UTC" }).format(utc(calendar.day(year, month, 1)));
  return `${name} ${digits(year)}`;
};

export const dayTitle = (number) =>
  new Intl.DateTimeFormat(calendar.locale, { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" }).format(utc(number));

export const weekdayName = (index, width) =>
  new Intl.DateTimeFormat(calendar.locale, { weekday: width, timeZone: "UTC" }).format(utc(3 + index)); // 1970-01-04 was a Sunday

/** Tehran's clock now: {day, minutes}. */
export function tehranNow() {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat("en-US", {
      timeZone: "Asia/Tehran", hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric",
    }).formatToParts(new Date()).map(({ type, value }) => [type, Number(value)]),
  );
  return { day: serial(parts.year, parts.month, parts.day), minutes: parts.hour * 60 + parts.minute };
}

/** {day, minutes} → the text that the field shows and the server reads; without the clock for a field of days. */
export function write({ day, minutes }, dayOnly = false) {
  const [year, month, date] = calendar.parts(day);
  const clock = dayOnly ? "" : ` ${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
  return digits(calendar.write(year, month, date) + clock);
}

/** What somebody typed, in either calendar and any digits → {day, minutes}, or null. A year from 1700 on is Gregorian. */
export function read(text) {
  const match = latin(text).trim().match(/^(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})(?:\s+(\d{1,2}):(\d{2}))?$/);
  if (!match) return null;
  const [year, month, day, hour, minute] = match.slice(1).map((group) => Number(group ?? 0));
  const kind = year >= 1700 ? gregorian : jalali;
  if (month < 1 || month > 12 || hour > 23 || minute > 59) return null;
  if (year < 1300 || year > 2200 || (kind === jalali && year > 1500)) return null;
  if (day < 1 || day > kind.monthLength(year, month)) return null;
  return { day: kind.day(year, month, day), minutes: hour * 60 + minute };
}
