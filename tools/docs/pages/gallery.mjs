/** The page of the gallery: each picture with the commands that made it. */
export function galleryPage(entries) {
  const sections = entries.map(
    ({ id, title, says, commands }) => `## ${title}

![${title}](./gallery/${id}.png)

${says}

\`\`\`sh
${commands.join('\n')}
\`\`\``,
  );
  return `# Gallery

The build of this page ran every command on it, in a folder with \`coffee.png\` and \`chelsea.png\` of the bundled photographs
([credits](./credits.md)) and \`orchard.png\`, a drawn scene.

${sections.join('\n\n')}
`;
}
