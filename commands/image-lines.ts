import { relative } from "node:path";
import { platformImages } from "../infra/versions";
import { projectDirectory } from "../infra/project";
import { imagesDirectory, type ImageName, notebooksDirectory, versionArguments } from "../local/images/tags";
import { moduleDirectory, tool, type ToolName } from "../local/toolchain/tools";

/**
 * The lines that build the images from a registry's base image and push them, for a site's own registry. The notebooks'
 * image is wanted only where there are notebooks, that of oauth2-proxy where people log in to them at a service of the
 * site, and MinIO's only where the store runs in the cluster; the programs of both are compiled from the pinned Go modules. Traefik is wanted where a stack installs it: its makers publish an image of the
 * same program, so that one is mirrored.
 *
 * @param registry host and perhaps a path, as `hamilton:images.registry` of the stack file has it
 */
export function imageLines(registry: string): string[] {
  const context = relative(projectDirectory, imagesDirectory);
  const values = Object.entries(versionArguments()).map(([name, value]) => `--build-arg ${name}=${value}`);
  const lines = (target: ImageName, ...options: string[]) => {
    const { repository, tag } = platformImages[target];
    const image = `${registry}/${repository}:${tag}`;
    return [
      ["docker build", `--target ${target}`, ...values, ...options, `--tag ${image}`, context].join(" "),
      `docker push ${image}`,
    ];
  };
  const programs = (image: ImageName, ...names: readonly ToolName[]) => [
    ...names.map((name) => {
      const out = `$PWD/${image}-binaries/${name}`;
      return `CGO_ENABLED=0 go -C ${relative(projectDirectory, moduleDirectory(name))} build -o "${out}" ${tool(name).package}`;
    }),
    ...lines(image, `--build-context ${image}-binaries=${image}-binaries`),
  ];
  const { repository, tag } = platformImages.traefik;
  const traefik = `${registry}/${repository}:${tag}`;
  const official = `traefik:v${tag}`;
  const mirrored = [`docker pull ${official}`, `docker tag ${official} ${traefik}`, `docker push ${traefik}`];
  const samples = `--build-context notebooks=${relative(projectDirectory, notebooksDirectory)}`;
  return [
    ...lines("spark"),
    ...lines("jupyter", samples),
    ...programs("minio", "minio", "mc"),
    ...mirrored,
    ...programs("oauth2-proxy", "oauth2-proxy"),
  ];
}
