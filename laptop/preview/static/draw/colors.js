// Scales of colours, and tooltips of single marks.
"use strict";
(function (Lake) {
  const { draw } = Lake;

  const itemTip = (context, formatter) => draw.tooltip(context, { trigger: "item", formatter });

  const channels = (color) => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
  const isDark = (color) => {
    const [r, g, b] = /^rgb/.test(color) ? color.match(/\d+/g).map(Number) : channels(color);
    return 0.299 * r + 0.587 * g + 0.114 * b < 140;
  };
  /** A colour between the ends of a scale. */
  function ramp(colors, least, most) {
    const stops = colors.map(channels);
    return (value) => {
      const place = most > least ? ((value - least) / (most - least)) * (stops.length - 1) : stops.length - 1;
      const below = Math.min(stops.length - 2, Math.floor(place));
      return `rgb(${stops[below].map((from, channel) => Math.round(from + (place - below) * (stops[below + 1][channel] - from))).join(",")})`;
    };
  }

  Object.assign(Lake.draw, { itemTip, isDark, ramp });
})((window.Lake = window.Lake || {}));
